const form = document.getElementById('filters')
const shown = document.getElementById('shown')
const cases = [...document.querySelectorAll('.case')].map((element) => ({
  element,
  group: element.closest('.kind'),
  words: element.textContent.toLowerCase(),
}))
const groups = new Set(cases.map((one) => one.group))

const TESTS = {
  right: (element) => element.dataset.verdict === 'right',
  wrong: (element) => element.dataset.verdict === 'wrong',
  changed: (element) => ['worse', 'better'].includes(element.dataset.side),
  worse: (element) => element.dataset.side === 'worse',
  better: (element) => element.dataset.side === 'better',
  new: (element) => element.dataset.side === 'new',
}

const filter = () => {
  const { campaign, kind, verdict, text } = Object.fromEntries(new FormData(form))
  const wanted = text.trim().toLowerCase().split(/\s+/)
  let count = 0
  for (const group of groups) group.hidden = true
  for (const { element, group, words } of cases) {
    const fits =
      (!campaign || element.dataset.campaign === campaign) &&
      (!kind || element.dataset.kind === kind) &&
      (!verdict || TESTS[verdict](element)) &&
      wanted.every((word) => words.includes(word))
    element.hidden = !fits
    if (fits) {
      group.hidden = false
      count += 1
    }
  }
  shown.textContent = `${count} of ${cases.length} cases shown.`
}

const showAll = () => {
  form.reset()
  filter()
}

const openLinked = () => {
  const linked = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (!linked) return
  if (linked.closest('[hidden]')) showAll()
  const around = linked.closest('details')
  if (around) around.open = true
  linked.scrollIntoView()
}

form.hidden = false
form.addEventListener('submit', (event) => event.preventDefault())
form.addEventListener('input', filter)
document.getElementById('all').addEventListener('click', showAll)
addEventListener('hashchange', openLinked)
filter()
openLinked()

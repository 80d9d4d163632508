// <role-assistant>: asks a question and shows the answer, each sentence with the words of the pack that it rests on.
//
// With data-page it takes over the markup that the server sent, which works without it. Without, on a page of another
// site, it draws the same inside a shadow root of its own and calls data-endpoint without cookies.
//
// One file, no imports, no words of its own: they come with the page, or from /api/widget. Whatever anybody wrote goes
// into the page as text, never as HTML, so the page may run under "require-trusted-types-for 'script'".

const LONGEST = 500
const COUNT_FROM = LONGEST * 0.75

/** Rules whose questions are shown to nobody, and kept nowhere, once they were asked. */
const UNKEPT = new Set(["child_at_risk", "crisis", "personal_data"])
const JUDGED = new Set(["answered", "partly_answered", "not_in_pack"])
const REASONS = ["why_wrong", "why_not_answered", "why_hard", "why_out_of_date", "why_other"]
const LEADS_SOMEWHERE = /^(https?|mailto|tel|sms):/i

/** The one element of this page; a second one stays the link that stands inside it. */
let only = null

class RoleAssistant extends HTMLElement {
  #root
  #at
  #conversation = ""
  #asking = null
  #underWay = null

  connectedCallback() {
    if (only && only !== this) return
    only = this
    if (this.#root) return
    if ("page" in this.dataset) this.#enhance()
    else this.#draw()
  }

  disconnectedCallback() {
    this.#asking?.abort()
    if (only === this) only = null
  }

  /** The page is there: only its forms are taken over. */
  #enhance() {
    const { words, campaignPage, ask, feedback, conversation } = this.dataset
    this.#at = { words: JSON.parse(words), page: campaignPage, ask, feedback, level: 1, origin: "", away: false }
    this.#conversation = conversation
    this.#take(this)
  }

  /** Nothing is there but a link, which stays when the words can't be had. */
  async #draw() {
    const { endpoint = "/api/ask", contact = "", headingLevel } = this.dataset
    const ask = new URL(endpoint, import.meta.url)
    const facts = await factsFrom(new URL("/api/widget", ask))
    if (!facts || !this.isConnected || this.#root) return
    const feedback = new URL("/api/feedback", ask)
    this.#at = { ...facts, ask, feedback, level: Number(headingLevel) || 2, origin: ask.origin, away: true }
    if (!facts.contact.url) facts.contact.email ||= contact
    this.#conversation = kept(ask.origin)
    const root = this.attachShadow({ mode: "open" })
    root.adoptedStyleSheets = [sheet()]
    root.append(widget(this.#at))
    this.#take(root)
  }

  #take(root) {
    this.#root = root
    root.addEventListener("submit", (event) => this.#submitted(event))
    root.addEventListener("click", (event) => this.#clicked(event))
    root.addEventListener("keydown", (event) => this.#pressed(event))
    root.addEventListener("input", () => this.#count())
    this.#count()
  }

  #find = (selector) => this.#root.querySelector(selector)

  get #box() {
    return this.#find("#question")
  }

  // ---- What people do

  #submitted(event) {
    const { target: form, submitter: button } = event
    const asks = button?.name === "question" || form.matches("[data-ask-form]")
    const judges = form.matches("[data-feedback-form]")
    if (asks || judges) event.preventDefault()
    if (judges) this.#judge(form, button)
    if (asks) this.#ask(button?.name === "question" ? button.value : this.#box.value)
  }

  #clicked(event) {
    // The second click of two on the button that asks may land here, since that moves down.
    if (event.target.closest("[data-stop]") && event.detail < 2) this.#asking?.abort()
    const cite = event.target.closest("a.ra-cite")
    if (cite && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
      event.preventDefault()
      this.#goTo(cite.getAttribute("href"))
    }
  }

  #pressed(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === this.#box) {
      event.preventDefault()
      event.target.form.requestSubmit()
    }
  }

  /** To a source: addresses do not reach into a shadow root, and an address asked for twice moves nothing. */
  #goTo(place) {
    const source = this.#find(place)
    const sources = source?.closest("details")
    if (sources) sources.open = true
    if (this.#root === this) location.hash = place
    source?.focus()
  }

  // ---- A question on its way

  async #ask(typed) {
    if (this.#asking) return
    const question = typed.trim()
    const fault = this.#fault(question)
    if (fault) {
      this.#refuse(fault)
      this.#box.focus()
      return
    }
    const asking = (this.#asking = new AbortController())
    // Wherever the focus went meanwhile.
    document.addEventListener("keydown", ({ key }) => key === "Escape" && asking.abort(), { signal: asking.signal })
    this.#begin(question)
    try {
      this.#finish(await this.#answer(question, asking.signal), question)
    } catch (error) {
      if (asking.signal.aborted) this.#stop(question)
      else this.#fail(question, error instanceof Problem ? error.message : this.#at.words.dropped)
    } finally {
      asking.abort()
      this.#asking = null
      this.#rest()
    }
  }

  #fault(question) {
    const { empty, too_long } = this.#at.words
    if (!question) return empty
    const count = length(question)
    return count > LONGEST ? fill(too_long, { count }) : ""
  }

  /** Listens to one question's events to the last, the answer. Problem when none comes. */
  async #answer(question, signal) {
    const asked = { question, conversation: this.#conversation || null }
    const response = await this.#post(this.#at.ask, asked, { signal, accept: "text/event-stream" })
    if (!response.ok) throw new Problem((await detail(response)) || this.#at.words.failed)
    for await (const [name, told] of events(response.body)) {
      if (name === "answer") return told
      if (name === "error") throw new Problem(told.detail)
      if (name === "stage") this.#stage(told.stage)
      if (name === "sentence") hear(this.#at, this.#underWay, told)
    }
    throw new Problem(this.#at.words.dropped)
  }

  async #post(address, body, { signal, accept = "application/json" } = {}) {
    try {
      return await fetch(address, {
        method: "POST",
        headers: { "content-type": "application/json", accept },
        body: JSON.stringify(body),
        // On another site's page we are a guest: no cookie goes out and none comes back.
        credentials: this.#at.away ? "omit" : "same-origin",
        signal,
      })
    } catch (error) {
      if (signal?.aborted) throw error
      throw new Problem(this.#at.words.unreachable)
    }
  }

  #begin(question) {
    this.#clearFault()
    this.#box.value = ""
    this.#count()
    this.#underWay = unfinished(this.#at, question)
    // Questions to press are offered by the last turn only: who pressed one would be left nowhere.
    if (this.#focused()?.matches("[name=question]")) this.#box.focus()
    this.#find("[data-turns]").append(this.#underWay)
    this.#showLog()
    this.#find("[data-progress]").hidden = false
    this.#disable(true)
    this.#say(this.#at.words.stage_sent)
    this.#find("[data-stage]").textContent = this.#at.words.stage_sent
    reveal(this.#underWay)
  }

  /** Shown each time, but said only once: who listens is told of the beginning, and then of the end. */
  #stage(name) {
    const words = this.#at.words[`stage_${name}`]
    if (!words) return
    if (this.#find("[data-status]").textContent === this.#at.words.stage_sent) this.#say(words)
    this.#find("[data-stage]").textContent = words
  }

  #finish(answer, question) {
    this.#remember(answer.conversation)
    const shown = UNKEPT.has(answer.rule) ? "" : question
    this.#replace(turnOf(this.#at, answer, shown))
    // Whoever typed too much gets it back, to take out what should not be sent.
    if (answer.rule === "personal_data") this.#giveBack(question)
    this.#say(fill(this.#at.words.said, { text: answer.text }))
  }

  #stop(question) {
    cutOff(this.#at, this.#underWay, "stopped")
    this.#giveBack(question)
    this.#say(this.#at.words.stopped)
  }

  /** What had been said stays; the question goes back to the box, or stays where it stands when that holds another. */
  #fail(question, words) {
    const another = this.#box.value !== ""
    if (another || this.#underWay.querySelector(".ra-cite")) cutOff(this.#at, this.#underWay, "failed")
    else this.#underWay.remove()
    this.#giveBack(question)
    const { dropped, failed } = this.#at.words
    this.#refuse(another && words === dropped ? failed : words)
  }

  #replace(turn) {
    const held = this.#underWay.contains(this.#focused())
    this.#underWay.replaceWith(turn)
    if (held) turn.querySelector("article").focus()
    reveal(turn)
  }

  #rest() {
    const onStop = this.#focused()?.matches("[data-stop]")
    this.#find("[data-progress]").hidden = true
    this.#disable(false)
    if (onStop) this.#box.focus()
    this.#showLog()
  }

  #showLog() {
    const turns = this.#find("[data-turns]")
    const starters = this.#find("[data-starters]")
    turns.closest("section").hidden = !turns.children.length
    if (starters) starters.hidden = turns.children.length > 0
  }

  /** Buttons stay where they are for who moves by keyboard; pressed now, they ask nothing. */
  #disable(off) {
    for (const button of this.#root.querySelectorAll("[data-ask-form] button, button[name=question]")) {
      if (off) button.setAttribute("aria-disabled", "true")
      else button.removeAttribute("aria-disabled")
    }
  }

  #giveBack(question) {
    if (!this.#box.value) this.#box.value = question
    this.#count()
  }

  #focused() {
    return this.#root === this ? document.activeElement : this.#root.activeElement
  }

  #say(words) {
    this.#find("[data-status]").textContent = words
  }

  /** On our own page a cookie remembers, which no script can read; elsewhere the tab does. */
  #remember(conversation) {
    this.#conversation = conversation
    if (this.#at.away) keep(this.#at.origin, conversation)
  }

  // ---- What is wrong, and how much is left

  #refuse(words) {
    this.#clearFault()
    const { error } = this.#at.words
    this.#box.before(make("p.govuk-error-message", { id: "question-error" }, unseen(error), ` ${words}`))
    this.#mark(true)
    this.#say(`${error} ${words}`)
  }

  #clearFault() {
    this.#find("#question-error")?.remove()
    this.#mark(false)
    if (this.#root === this) document.querySelector(".govuk-error-summary")?.remove()
  }

  #mark(faulty) {
    const box = this.#box
    box.closest(".govuk-form-group").classList.toggle("govuk-form-group--error", faulty)
    box.classList.toggle("govuk-textarea--error", faulty)
    const described = box.getAttribute("aria-describedby").split(" ")
    const others = described.filter((id) => id !== "question-error")
    box.setAttribute("aria-describedby", [...others, ...(faulty ? ["question-error"] : [])].join(" "))
    if (faulty) box.setAttribute("aria-invalid", "true")
    else box.removeAttribute("aria-invalid")
  }

  #count() {
    const line = this.#find("[data-count]")
    const count = length(this.#box.value)
    const left = LONGEST - count
    const name = `count_${left < 0 ? "over" : "left"}${Math.abs(left) === 1 ? "_one" : ""}`
    line.textContent = count < COUNT_FROM ? "" : fill(this.#at.words[name], { count: Math.abs(left) })
  }

  // ---- What people think of an answer

  async #judge(form, button) {
    if (form.hasAttribute("aria-busy")) return
    form.setAttribute("aria-busy", "true")
    const body = judgement(new FormData(form), button)
    try {
      const response = await this.#post(this.#at.feedback, body)
      if (!response.ok) throw new Problem((await detail(response)) || this.#at.words.unreachable)
      const asked = body.useful || body.reason !== null
      form.replaceWith(asked ? thanks(this.#at) : why(this.#at, body.answer))
      this.#find(`[data-answer="${body.answer}"] :is(.ra-thanks, .govuk-radios__input)`).focus()
    } catch (problem) {
      form.removeAttribute("aria-busy")
      form.querySelector(".govuk-error-message")?.remove()
      form.append(make("p.govuk-error-message", { role: "alert" }, problem.message))
    }
  }
}

// ---- Asking and listening

/** What went wrong, in words for people. */
class Problem extends Error {}

/** What the widget draws itself from; null when it can't be had. */
async function factsFrom(address) {
  try {
    const response = await fetch(address, { credentials: "omit" })
    return response.ok ? await response.json() : null
  } catch {
    return null
  }
}

/** What a problem document says; empty when there is none to read. */
async function detail(response) {
  try {
    return (await response.json()).detail ?? ""
  } catch {
    return ""
  }
}

/** Names and values of server-sent events, as they come. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let unread = ""
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const blocks = (unread + value).split("\n\n")
    unread = blocks.pop()
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: ?(.*)/s)))
      // What has no name is a comment: the server saying that it is still there.
      if (fields.event) yield [fields.event, JSON.parse(fields.data)]
    }
  }
}

// A host's page may forbid storage; then a conversation lasts as long as the page.

function kept(origin) {
  try {
    return sessionStorage.getItem(`role-assistant ${origin}`) ?? ""
  } catch {
    return ""
  }
}

function keep(origin, conversation) {
  try {
    sessionStorage.setItem(`role-assistant ${origin}`, conversation)
  } catch {}
}

// ---- A turn: the same elements, classes and words as templates/turn.html

function turnOf(at, answer, question) {
  const { id, outcome, approved, sentences, missing, follow_ups } = answer
  const signposted = outcome === "signposted"
  return item(at, id, outcome, [
    asked(at, id, question),
    outcome !== "greeted" && tag(outcome, approved ? checked(at, approved) : at.words[`outcome_${outcome}`]),
    !signposted && (sentences.length || missing) ? said(at, answer) : reply(at, answer),
    JUDGED.has(outcome) && useful(at, id),
    !signposted && follow_ups.length > 0 && followUps(at, follow_ups),
  ])
}

function item(at, id, outcome, parts) {
  const names = { id: `a-${id}`, "aria-labelledby": `q-${id}`, tabindex: -1, "data-answer": id, part: at.away && "answer" }
  return make("li.ra-turn", make(`article.ra-answer.ra-answer--${outcome}`, names, parts))
}

function asked(at, id, question) {
  const { you_asked, not_shown } = at.words
  const words = question ? [make("span.ra-asked", you_asked), ` ${question}`] : not_shown
  return heading(at, 2, "govuk-heading-m", { id: `q-${id}` }, words)
}

const tag = (outcome, words) => make(`p.govuk-tag.ra-outcome.ra-outcome--${outcome}`, words)

/** That an answer was checked, and when. */
function checked({ words }, { checked_on }) {
  const [year, month, day] = checked_on.split("-")
  return fill(words.approved_on, { day: `${Number(day)} ${words.months.split(" ")[month - 1]} ${year}` })
}

function said(at, answer) {
  const { id, lead_in, sentences: all, missing, nearest: near, contact, citations } = answer
  return [
    lead_in && para(lead_in),
    all.length > 0 && sentences(at, id, all, lead_in),
    missing && make("p.govuk-body.ra-missing", make("strong", missing)),
    near.length > 0 && nearest(at, near),
    missing && make("section.ra-contact", small(at, at.words.who_to_ask), para(at.words.can_ask, " ", who(at, contact), ".")),
    citations.length > 0 && sources(at, id, citations),
  ]
}

function sentences(at, id, all, leadIn) {
  const listed = all.length > 2 || (all.length === 2 && leadIn.endsWith(":"))
  if (!listed) return make("div.ra-sentences", all.map((one) => para(cited(at, id, one))))
  return make("ul.govuk-list.govuk-list--bullet.ra-sentences", all.map((one) => make("li", cited(at, id, one))))
}

const cited = (at, id, { text, citations }) => [text, citations.map((number) => [" ", cite(at, id, number)])]

function cite(at, id, number) {
  const names = { href: `#s-${id}-${number}`, "aria-label": fill(at.words.source, { number }) }
  return make("a.govuk-link.ra-cite", names, `[${number}]`)
}

function nearest(at, all) {
  const quotes = all.map(({ heading, quote, url }) =>
    make("blockquote.ra-quote", make("p", quote), place(at, heading.join(" › "), url, quote, `: ${heading.join(", ")}`)),
  )
  return make("section.ra-nearest", small(at, at.words.nearest), quotes)
}

function sources(at, id, citations) {
  const words = fill(at.words.sources, { count: citations.length })
  const list = make("ol.ra-source-list", citations.map((citation) => source(at, id, citation)))
  return make("details.govuk-details.ra-sources", { open: "" }, summary(words), list)
}

function source(at, id, { number, title, heading, page, quote, url }) {
  const where = [title, ...heading].join(" › ") + (page ? fill(at.words.source_page, { page }) : "")
  const way = place(at, where, url, quote, fill(at.words.read_source, { number }))
  const names = { id: `s-${id}-${number}`, value: number, tabindex: -1 }
  return make("li", names, make("blockquote.ra-quote", make("p", `“${quote}”`), way))
}

/** Where words of the pack stand, and the way there. */
function place(at, where, url, quote, which) {
  return make("footer", `${where} `, link(at, atWords(url, quote), at.words.read, unseen(which)))
}

/** The address of a passage with a text fragment. Of a long quote only its ends are named, as in rendering.at_words. */
function atWords(url, quote) {
  const words = quote.trim().split(/\s+/)
  const ends = words.length > 8 ? [words.slice(0, 4), words.slice(-4)] : [words]
  const named = ends.map((end) => encodeURIComponent(end.join(" ")).replaceAll("-", "%2D"))
  return `${url}:~:text=${named.join(",")}`
}

/** A fixed reply. Where lives may be at stake, what to press comes before the words. */
function reply(at, { outcome, text, links }) {
  const warns = outcome === "signposted"
  const parts = paragraphs(text).map(({ listed, lines }) => {
    const words = lines.map((line) => dialled(at, line, links))
    return listed ? make("ul.govuk-list.govuk-list--bullet", words.map((line) => make("li", line))) : para(words)
  })
  return make(`div.ra-reply${warns ? ".ra-reply--warning" : ""}`, warns && links.length > 0 && help(at, links), parts)
}

function help(at, links) {
  return make("ul.govuk-list.ra-help", links.map(({ label, url }) => make("li", link(at, url, label))))
}

/** Lines that begin with "- " belong to a list. */
function paragraphs(text) {
  const parts = []
  for (const line of text.split("\n").map((line) => line.trim()).filter(Boolean)) {
    const listed = line.startsWith("- ")
    const words = listed ? line.slice(2).trim() : line
    if (listed && parts.at(-1)?.listed) parts.at(-1).lines.push(words)
    else parts.push({ listed, lines: [words] })
  }
  return parts
}

/** The text with each number that one of the links would dial made into that link. */
function dialled(at, text, links) {
  const dialling = links.filter(({ url }) => /^(tel|sms):/.test(url))
  if (!dialling.length) return text
  const numbers = new Map(dialling.map(({ url }) => [url.split("?")[0].replace(/\D/g, ""), url]))
  const longestFirst = [...numbers.keys()].sort((one, other) => other.length - one.length)
  const wanted = longestFirst.map((number) => [...number].join(" ?")).join("|")
  // Not a look-behind: browsers of 2022 would fail here, where it matters most.
  const pieces = text.split(new RegExp(`(^|\\D)(${wanted})(?!\\d)`))
  return pieces.map((piece, index) => (index % 3 === 2 ? link(at, numbers.get(piece.replaceAll(" ", "")), piece) : piece))
}

function who(at, contact) {
  const { name, email, url } = contact ?? {}
  const through = (words) => (at.page ? link(at, at.page, words) : words)
  if (!name && !email && !url) return through(at.words.contact_unknown)
  const ways = [email && link(at, `mailto:${email}`, email), url && link(at, url, url)].filter(Boolean)
  const parts = [name, ...(ways.length ? ways : [through(at.words.through_page)])].filter(Boolean)
  return parts.map((part, index) => [index > 0 && ", ", part])
}

// ---- What people think of an answer

function useful(at, id) {
  const { useful, yes, no } = at.words
  const choice = (value, words) => make(SECOND, { type: "submit", name: "useful", value }, words)
  return judging(at, id, fieldset(useful, choice("yes", yes), " ", choice("no", no)))
}

function why(at, id) {
  const { words } = at
  const radios = REASONS.map((name) => {
    const names = { type: "radio", name: "reason", id: `${name}-${id}`, value: words[name] }
    const label = make("label.govuk-label.govuk-radios__label", { for: `${name}-${id}` }, words[name])
    return make("div.govuk-radios__item", make("input.govuk-radios__input", names), label)
  })
  const hint = `words-hint-${id}`
  const box = { id: `words-${id}`, name: "words", rows: 2, maxlength: 400, "aria-describedby": hint }
  return judging(
    at,
    id,
    hidden("useful", "no"),
    hidden("asked", "true"),
    fieldset(words.why, make("div.govuk-radios.govuk-radios--small", radios)),
    field("govuk-label", words.why_words, { id: hint }, words.why_hint, box),
    make(SECOND, { type: "submit" }, words.send),
  )
}

function judging(at, id, ...parts) {
  const form = { method: "post", action: `${at.origin}/feedback`, "data-feedback-form": "" }
  return make("form.ra-feedback", form, hidden("answer", id), parts, make("p.govuk-hint", at.words.feedback_reader))
}

const hidden = (name, value) => make("input", { type: "hidden", name, value })

function fieldset(legend, ...parts) {
  return make("fieldset.govuk-fieldset", make("legend.govuk-fieldset__legend", legend), parts)
}

const thanks = (at) => make("p.govuk-body.ra-thanks", { tabindex: -1 }, at.words.thanks)

/** What somebody thinks of an answer; `reason` is null until they were asked for one. */
function judgement(given, button) {
  const useful = (button?.name === "useful" ? button.value : given.get("useful")) === "yes"
  const reason = [given.get("reason"), given.get("words")?.trim()].filter(Boolean).join(": ")
  return { answer: given.get("answer"), useful, reason: given.has("asked") ? reason : null }
}

function followUps(at, questions) {
  return make("section.ra-follow-ups", small(at, at.words.follow_ups), offers(at, { "data-follow-ups": "" }, questions))
}

/** Questions that a press asks. */
function offers(at, names, questions) {
  const buttons = questions.map((value) => make(SECOND, { type: "submit", name: "question", value }, value))
  return make("form", { method: "post", action: `${at.origin}/ask`, ...names }, buttons)
}

// ---- A turn under way, and one that was cut off

let begun = 0

function unfinished(at, question) {
  const id = `now-${++begun}`
  return item(at, id, "pending", [asked(at, id, question), make("div.ra-sentences")])
}

/** A sentence as it is released, with the sources that it is the first to name. */
function hear(at, turn, sentence) {
  const article = turn.firstChild
  const id = article.dataset.answer
  turn.querySelector(".ra-sentences").append(para(cited(at, id, sentence)))
  const list = turn.querySelector(".ra-source-list")
  if (!list) return article.append(sources(at, id, sentence.new_citations))
  list.append(...sentence.new_citations.map((citation) => source(at, id, citation)))
  turn.querySelector(".govuk-details__summary-text").textContent = fill(at.words.sources, { count: list.children.length })
}

/** What was said stays, and then it says that no more came. */
function cutOff(at, turn, state) {
  const article = turn.firstChild
  article.className = `ra-answer ra-answer--${state}`
  article.firstChild.after(tag(state, at.words[`outcome_${state}`]))
  article.querySelector(".ra-sentences:empty")?.remove()
  article.append(para(at.words[state]))
}

// ---- The widget: what templates/ask.html draws on our own page

function widget(at) {
  const { words } = at
  const title = [make("span.govuk-caption-xl", words.title), ` ${at.name}`]
  const privacy = link(at, "/privacy", words.privacy)
  const stop = make(SECOND, { type: "button", "data-stop": "", part: "button" }, words.stop)
  return make("div", [
    heading(at, 0, "govuk-heading-xl", { part: "title" }, title),
    make(
      "div.govuk-inset-text",
      { part: "notice" },
      para(make("strong", words.notice_title), ` ${words.notice}`),
      para(words.contact, " ", who(at, at.contact), `. ${words.reply_time} `, privacy),
    ),
    make(
      "section.ra-log",
      { "aria-labelledby": "log-title", hidden: "", part: "log" },
      heading(at, 1, "govuk-heading-l", { id: "log-title" }, words.log),
      make("ol.ra-turns", { "data-turns": "" }),
    ),
    make("p.govuk-visually-hidden", { role: "status", "data-status": "" }),
    make("p.ra-progress", { "data-progress": "", hidden: "" }, make("span", { "data-stage": "" }), " ", stop),
    questionForm(at),
    at.starters.length > 0 && starters(at),
    worried(at),
  ])
}

function questionForm({ origin, words }) {
  const names = { method: "post", action: `${origin}/ask`, novalidate: "", "data-ask-form": "", part: "form" }
  const described = { "aria-describedby": "question-count question-hint" }
  const box = { id: "question", name: "question", rows: 3, autocomplete: "off", part: "box", ...described }
  return make(
    "form",
    names,
    field("govuk-label.govuk-label--m", words.label, { id: "question-hint" }, words.hint, box),
    make("div.govuk-hint.govuk-character-count__message", { id: "question-count", "data-count": "" }),
    make("button.govuk-button", { type: "submit", part: "button" }, words.button),
  )
}

function starters(at) {
  const title = heading(at, 1, "govuk-heading-m", { id: "starters-title" }, at.words.starters)
  const names = { "data-starters": "", "aria-labelledby": "starters-title", part: "starters" }
  return make("section", names, title, offers(at, {}, at.starters))
}

function worried(at) {
  const text = make("div.govuk-details__text", para(at.words.worried), help(at, at.worried))
  return make("details.govuk-details", { "data-worried": "", part: "worried" }, summary(at.words.worried_title), text)
}

// ---- Pieces

const SECOND = "button.govuk-button.govuk-button--secondary"

/** make("p.class", { attribute: value }, "text", element, [more]): what is false is left out, text stays text. */
function make(name, ...parts) {
  const [tagName, ...classes] = name.split(".")
  const element = document.createElement(tagName)
  element.className = classes.join(" ")
  if (!classes.length) element.removeAttribute("class")
  for (const part of parts.flat(Infinity).filter(Boolean)) {
    if (typeof part === "string" || part instanceof Node) element.append(part)
    else for (const [attribute, value] of Object.entries(part)) if (value !== false) element.setAttribute(attribute, value)
  }
  return element
}

function heading(at, below, className, names, words) {
  return make(`h${Math.min(at.level + below, 6)}.${className}`, names, words)
}

const small = (at, words) => heading(at, 3, "govuk-heading-s", {}, words)
const para = (...words) => make("p.govuk-body", words)
const unseen = (words) => make("span.govuk-visually-hidden", words)
const summary = (words) => make("summary.govuk-details__summary", make("span.govuk-details__summary-text", words))

function field(className, label, names, hint, box) {
  const labelled = make(`label.${className}`, { for: box.id }, label)
  return make("div.govuk-form-group", labelled, make("div.govuk-hint", names, hint), make("textarea.govuk-textarea", box))
}

/** An address that a script would run is no link. Beside another site's page, pages open anew: the answers stay. */
function link(at, url, ...words) {
  const address = url.startsWith("/") ? at.origin + url : url
  if (!url.startsWith("/") && !LEADS_SOMEWHERE.test(url)) return words
  const beside = at.away && /^http/i.test(address)
  const names = { href: address, target: beside && "_blank", rel: beside && "noopener" }
  return make("a.govuk-link", names, words, beside && unseen(` ${at.words.new_tab}`))
}

const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name])

/** In characters as people count them, not in units of storage. */
const length = (text) => [...text.trim()].length

function reveal(turn) {
  turn.querySelector("[id^=q-]").scrollIntoView({ block: "nearest" })
}

function sheet() {
  const made = new CSSStyleSheet()
  made.replaceSync(STYLE)
  return made
}

const STYLE = `
:host { --brand: var(--ra-brand, #1b4f72); --ink: #0b0c0c; --quiet: #484949; --line: #b1b4b6; --danger: #ca3535; display: block;
  color: var(--ink); background: #fff; font: 100%/1.5 Helvetica, Arial, sans-serif; overflow-wrap: anywhere; }
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none; }
h1, h2, h3, h4, h5, h6 { margin: 0 0 .75rem; font-size: 1.1rem; line-height: 1.2; }
.govuk-heading-xl { font-size: 1.75rem; } .govuk-heading-l { font-size: 1.4rem; } .govuk-heading-m { font-size: 1.2rem; }
.govuk-caption-xl, .ra-asked { display: block; color: var(--quiet); font-size: 1rem; font-weight: 400; }
p, ul, ol, blockquote, details { margin: 0 0 1rem; } ul { list-style: disc; }
.ra-turns, .ra-help { padding: 0; list-style: none; } .ra-help a { display: inline-block; padding: .6rem 0; font-weight: 700; }
a, summary { color: #1a65a6; text-decoration: underline; } summary { width: fit-content; min-height: 28px; cursor: pointer; }
:focus-visible, article:focus, li:focus { outline: 3px solid var(--ink); box-shadow: 0 0 0 6px #fd0; } li:focus { background: #fff8cc; }
.govuk-visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.govuk-inset-text { margin-bottom: 1.5rem; padding: 1rem; border-left: 8px solid var(--brand); }
.govuk-inset-text > :last-child, .govuk-details__text > :last-child { margin-bottom: 0; }
.ra-answer { margin-bottom: 1.5rem; padding: 1rem; border: 1px solid var(--line); border-left-width: 6px; }
.ra-answer--signposted { border-left-color: var(--danger); } .ra-cite { padding: .2rem .35rem; }
.govuk-tag { display: inline-block; padding: .1rem .5rem; background: #d2e2f1; color: #0f385c; }
.ra-quote { padding-left: .75rem; border-left: 3px solid var(--line); } .ra-quote p { margin-bottom: .25rem; }
.ra-quote footer, .govuk-hint { margin-bottom: .5rem; color: var(--quiet); }
fieldset { min-width: 0; margin: 0 0 .75rem; padding: 0; border: 0; }
label, legend { display: block; margin-bottom: .3rem; padding: 0; font-weight: 700; }
.govuk-radios__item { display: flex; align-items: center; gap: .75rem; min-height: 44px; }
.govuk-radios__input { width: 28px; height: 28px; margin: 0; } .govuk-radios__label { margin: 0; font-weight: 400; }
textarea { width: 100%; padding: .4rem; border: 2px solid var(--ink); border-radius: 0; background: #fff; color: inherit; font: inherit; }
.govuk-form-group--error { padding-left: 1rem; border-left: 5px solid var(--danger); }
.govuk-error-message { color: var(--danger); font-weight: 700; } .govuk-textarea--error { border-color: var(--danger); }
button { min-height: 44px; margin: 0 .5rem .75rem 0; padding: .5rem 1rem; border: 2px solid transparent; background: var(--brand);
  color: #fff; font: inherit; text-align: left; overflow-wrap: anywhere; cursor: pointer; }
button:hover { text-decoration: underline; } button[aria-disabled] { opacity: .5; cursor: not-allowed; }
.govuk-button--secondary { border-color: #858686; background: #f3f3f3; color: var(--ink); }
.ra-turn:not(:last-child) .ra-follow-ups { display: none; }
@media print { form, [data-starters], [data-progress] { display: none; } }
`

if (!customElements.get("role-assistant")) customElements.define("role-assistant", RoleAssistant)

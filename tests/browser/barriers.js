// What axe does not look at: what goes sideways, what is cut off, what the Tab key meets, what hardly stands out.

// Everything on the page, in shadow roots too.
const all = (root) =>
  [...root.querySelectorAll("*")].flatMap((one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])])
const above = (one) => one.parentElement ?? one.getRootNode().host
const named = (one) => `${one.localName} ${one.textContent.trim().slice(0, 40) || one.name || one.id}`

// ---- What reaches beyond the right edge, so that one would have to scroll there

const scrolls = (one) =>
  one && (["auto", "scroll"].includes(getComputedStyle(one).overflowX) || scrolls(above(one)))

function sideways() {
  const { scrollWidth, clientWidth } = document.documentElement
  const wide = all(document.body).filter(
    (one) => one.getBoundingClientRect().right > clientWidth + 1 && !scrolls(one),
  )
  return [...(scrollWidth > clientWidth ? [`the page: ${scrollWidth}`] : []), ...wide.map(named)]
}

// ---- What is cut off when a reader sets more space (WCAG 1.4.12)

const SPACE = `
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-bottom: 2em !important }`

function cutWhenSpaced() {
  // A sheet made here is no inline style, which the page's policy would refuse.
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(SPACE)
  const roots = [document, ...all(document.body).map((one) => one.shadowRoot).filter(Boolean)]
  for (const root of roots) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]
  const found = [...cut(), ...sideways()]
  for (const root of roots) root.adoptedStyleSheets = root.adoptedStyleSheets.slice(0, -1)
  return found
}

const hidden = (one) => one.closest(".govuk-visually-hidden, .govuk-skip-link, [hidden]")

function cut() {
  const clips = (overflow) => ["hidden", "clip"].includes(overflow)
  const found = all(document.body).filter((one) => {
    const { overflowX, overflowY } = getComputedStyle(one)
    const more = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1
    return more && (clips(overflowX) || clips(overflowY)) && !hidden(one)
  })
  return found.map(named)
}

// ---- How far two colours are apart (WCAG 1.4.3), and the colour that something stands on

const parts = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number)
const clear = (colour) => parts(colour)[3] === 0
const colours = (words) => (words.match(/rgba?\([^)]*\)/g) ?? []).filter((colour) => !clear(colour))
const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)

function light(colour) {
  const [r, g, b] = parts(colour).map((part) => linear(part / 255))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one, other) {
  const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b)
  return (bright + 0.05) / (dark + 0.05)
}

function ground(one) {
  if (!one) return "rgb(255, 255, 255)"
  const colour = getComputedStyle(one).backgroundColor
  return clear(colour) ? ground(above(one)) : colour
}

// GOV.UK Frontend draws a radio before its label, over an input that nobody sees.
function face(one) {
  const style = getComputedStyle(one)
  return style.opacity === "0" ? getComputedStyle(one.nextElementSibling, "::before") : style
}

/** Each control that is shown, and how far it stands out from what it stands on. */
function controls() {
  const shown = all(document.body).filter(
    (one) => one.matches("textarea, button, input[type=radio]") && one.checkVisibility(),
  )
  return shown.map((one) => {
    const { backgroundColor, borderColor, boxShadow } = face(one)
    const drawn = colours([backgroundColor, borderColor, boxShadow].join(" "))
    return [named(one), Math.max(...drawn.map((colour) => contrast(colour, ground(above(one)))))]
  })
}

// ---- Where the Tab key stops: whether one sees that, and whether it is large enough

const stops = []
let last = null

function focused() {
  let one = document.activeElement
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement
  return one === document.body ? null : one
}

/** The colours that something is ringed with. */
function ring(one) {
  const { outlineStyle, outlineColor, outlineWidth, borderTopWidth, borderTopColor, boxShadow } = face(one)
  const outlined = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2
  const thick = parseFloat(borderTopWidth) > 2
  return colours([outlined && outlineColor, thick && borderTopColor, boxShadow].join(" "))
}

const looks = (one) => [face(one).boxShadow, ...ring(one)].join(" ")

/** What stands on top at a place, in shadow roots too. */
function top(x, y, root = document) {
  const found = root.elementFromPoint(x, y)
  return found?.shadowRoot && found.shadowRoot !== root ? (top(x, y, found.shadowRoot) ?? found) : found
}

/** The part of a box that is in view: of one taller than the screen there is no more to see. */
function inView({ left, top: above, right, bottom }) {
  const [x, y] = [Math.max(left, 0), Math.max(above, 0)]
  return { left: x, top: y, width: Math.min(right, innerWidth) - x, height: Math.min(bottom, innerHeight) - y }
}

function seen(one) {
  const shown = [...one.getClientRects()].map(inView)
  const places = shown.flatMap(({ left, top: above, width, height }) =>
    [0.1, 0.3, 0.5, 0.7, 0.9].flatMap((x) => [0.1, 0.5, 0.9].map((y) => [left + x * width, above + y * height])),
  )
  return places.some(([x, y]) => {
    const found = top(x, y)
    return found && (one.contains(found) || found.htmlFor === one.id)
  })
}

/** Under 24 pixels, but for links within a sentence (WCAG 2.5.8). */
function small(one) {
  const { width, height } = (one.closest(".govuk-radios__item") ?? one).getBoundingClientRect()
  const inSentence = one.localName === "a" && getComputedStyle(one).display === "inline"
  return !inSentence && (width < 24 || height < 24)
}

function stopped({ key }) {
  if (last) {
    // What it looks like without the focus is known only now. A skip link is not there without it.
    const ringed = last.ring.some((colour) => contrast(colour, ground(above(last.one))) >= 3)
    last.marked = last.one.getBoundingClientRect().width <= 1 || (ringed && last.looks !== looks(last.one))
  }
  last = null
  const one = focused()
  if (key !== "Tab" || !one) return
  const place = all(document.body).indexOf(one)
  last = { one, place, named: named(one), ring: ring(one), looks: looks(one), seen: seen(one), small: small(one) }
  stops.push(last)
}

/** Looks on from now; how many places there are where the key can stop. */
function watch() {
  stops.length = 0
  last = null
  addEventListener("keyup", stopped)
  const can = "a[href], button, input:not([type=hidden], [type=radio]), textarea, summary, [tabindex='0']"
  const closed = (one) => one.closest("details:not([open]) > :not(summary)")
  return all(document.body).filter((one) => one.matches(can) && one.checkVisibility() && !closed(one)).length
}

function watched() {
  removeEventListener("keyup", stopped)
  return stops.map(({ named, place, marked, seen, small }) => ({ named, place, marked: marked ?? true, seen, small }))
}

window.barriers = { sideways, cutWhenSpaced, controls, watch, watched }

// What is shown is told by three things: the server's state, the filters, and where we are.
const at = id => document.getElementById(id)
let state = { notes: [], problems: [], name: "", language: "" }
let cards = []            // what the filters let through: {note, ord}
let here = { id: null, ord: null, side: "question" }

const look = {
  frame: localStorage.frame || "phone",
  scheme: localStorage.scheme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"),
}

function problemsOf(note) {
  return state.problems
    .map((problem, number) => ({ ...problem, number }))
    .filter(each => each.file === note.file && each.line >= note.lines[0] && each.line <= note.lines[1])
}

function filtered() {
  const words = at("search").value.trim().toLowerCase().split(/\s+/).filter(Boolean)
  const [deck, kind, tag] = ["deck", "kind", "tag"].map(id => at(id).value)
  return state.notes.filter(note =>
    (!deck || note.deck === deck) && (!kind || note.kind === kind) &&
    (!tag || note.tags.includes(tag)) && (!at("troubled").checked || problemsOf(note).length) &&
    words.every(word => `${note.id} ${note.text}`.toLowerCase().includes(word)))
}

function fill(select, all, values) {
  const chosen = select.value
  select.replaceChildren(new Option(all, ""), ...values.map(value => new Option(value.split("::").pop(), value)))
  select.value = values.includes(chosen) ? chosen : ""
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

function isBroken() {      // a note that cannot be read just now; without errors it would be gone
  return here.id !== null && !state.notes.some(note => note.id === here.id) &&
    state.problems.some(problem => problem.severity === "error")
}

function showList() {
  const notes = filtered()
  cards = notes.flatMap(note => note.ords.map(ord => ({ note, ord })))
  at("count").textContent = `${notes.length} of ${state.notes.length} notes, ${cards.length} cards`
  at("notes").replaceChildren(...notes.map(note => {
    const found = problemsOf(note)
    const worst = found.some(each => each.severity === "error") ? "error" : ""
    const row = element("li", { tabIndex: 0, onclick: () => go(note.id, note.ords[0]) },
      element("div", { className: `title ${found.length ? `trouble ${worst}` : ""}` , textContent: note.title }),
      element("small", { textContent: `${note.kind} · ${note.id} · ${note.ords.length}` }))
    row.dataset.id = note.id
    row.onkeydown = event => { if (event.key === "Enter") go(note.id, note.ords[0]) }
    return row
  }))
  if (!isBroken() && !cards.some(card => card.note.id === here.id && card.ord === here.ord)) {
    const same = cards.find(card => card.note.id === here.id) || cards[0]
    here = { id: same?.note.id ?? null, ord: same?.ord ?? null, side: "question" }
  }
  mark()
}

function mark() {
  for (const row of at("notes").children) {
    if (row.dataset.id === here.id) {
      row.setAttribute("aria-current", "true")
      const list = at("notes"), top = row.offsetTop - list.offsetTop, end = top + row.offsetHeight
      if (top < list.scrollTop) list.scrollTop = top       // the list alone moves, not the page
      else if (end > list.scrollTop + list.clientHeight) list.scrollTop = end - list.clientHeight
    } else row.removeAttribute("aria-current")
  }
}

let waiting = null
function showCard() {
  const note = state.notes.find(each => each.id === here.id)
  const stage = at("stage")
  stage.className = look.frame
  if (isBroken() && stage.querySelector("iframe.shown")) {
    // a note that cannot be read just now keeps its place, and its last good card
    stage.classList.add("stale")
    at("where").textContent = `${here.id} · as it was before the error`
    showAside(null)
    return
  }
  if (!note) {
    stage.replaceChildren(element("p", { textContent: state.notes.length ? "No card fits the filters." : "No card can be shown yet." }))
    at("where").textContent = ""
    return
  }
  const number = cards.findIndex(card => card.note.id === here.id && card.ord === here.ord) + 1
  at("where").textContent = `${note.id} · card ${here.ord + 1} · ${here.side} · ${number}/${cards.length}`
  const dark = look.scheme === "dark" ? "?dark=1" : ""
  waiting?.remove()
  const frame = element("iframe", { title: `${note.id}, ${here.side}`, src: `/card/${encodeURIComponent(note.id)}/${here.ord}/${here.side}${dark}` })
  frame.setAttribute("sandbox", "allow-scripts")
  waiting = frame
  frame.onload = () => {           // the old side stays until the new one is there
    for (const other of [...stage.children]) if (other !== frame) other.remove()
    frame.classList.add("shown")
    waiting = null
    document.body.dataset.shown = `${here.id}/${here.ord}/${here.side}/${state.version}`
  }
  stage.append(frame)
  showAside(note)
}

function showAside(note) {
  const own = note ? problemsOf(note) : []
  const all = state.problems.map((problem, number) => ({ ...problem, number }))
  const others = all.filter(each => !own.some(one => one.number === each.number))
  const lists = [["Problems of this note", own], [own.length ? "Other problems" : "Problems", others]]
  at("problems").replaceChildren(...lists.filter(([, list]) => list.length).flatMap(([title, list]) => [
    element("h2", { textContent: `${title} (${list.length})` }),
    ...list.slice(0, 50).map(each => element("button", {
      className: `problem ${each.severity}`, onclick: () => open(`problem=${each.number}`),
    }, `${each.message}`, element("small", { textContent: `${each.file}:${each.line}:${each.column} ${each.severity}[${each.code}]` }))),
  ]))
  const place = note ? [element("h2", { textContent: "In the deck" }),
    element("button", { className: "place", onclick: () => open(`note=${encodeURIComponent(note.id)}`) },
      `${note.file}:${note.lines[0]}`, element("small", { textContent: state.editor ? "opens the editor (e)" : "start with --editor to open it here" }))] : []
  const passages = (note?.passages ?? []).map(each => element("p", { className: "passage", lang: state.language },
    each.before, element("mark", { textContent: each.passage }), each.after,
    element("small", { textContent: each.place })))
  at("passages").replaceChildren(...place, ...(passages.length ? [element("h2", { textContent: "In the source" }), ...passages] : []))
}

function show() {
  document.documentElement.classList.toggle("dark", look.scheme === "dark")
  at("frame").textContent = look.frame
  at("scheme").textContent = look.scheme
  showCard()
  mark()
}

function go(id, ord, side = "question") {
  here = { id, ord, side }
  show()
}

function move(by) {
  const now = cards.findIndex(card => card.note.id === here.id && card.ord === here.ord)
  const next = cards[Math.min(Math.max(now + by, 0), cards.length - 1)]
  if (next) go(next.note.id, next.ord)
}

function moveNote(by) {
  const ids = [...new Set(cards.map(card => card.note.id))]
  const next = ids[Math.min(Math.max(ids.indexOf(here.id) + by, 0), ids.length - 1)]
  const card = cards.find(each => each.note.id === next)
  if (card) go(next, card.ord)
}

function flip() {
  here.side = here.side === "question" ? "answer" : "question"
  show()
}

async function open(what) {
  const answer = await (await fetch(`/open?${what}`, { method: "POST" })).json()
  say(answer.error ?? `opened ${answer.opened}`)
}

function say(text, broken = false) {
  at("status").textContent = text
  at("status").classList.toggle("broken", broken)
}

async function load() {
  state = await (await fetch("/state")).json()
  at("name").textContent = document.title = state.name || "deckgen"
  fill(at("deck"), "all lessons", [...new Set(state.notes.map(note => note.deck))].sort())
  fill(at("kind"), "all kinds", [...new Set(state.notes.map(note => note.kind))].sort())
  fill(at("tag"), "all tags", [...new Set(state.notes.flatMap(note => note.tags))].sort())
  const said = ["error", "warning", "hint"].map(severity => {
    const count = state.problems.filter(each => each.severity === severity).length
    return count && `${count} ${severity}${count > 1 ? "s" : ""}`
  })
  const told = [state.unwatched, ...said].filter(Boolean)
  say(told.join(" · ") || "no problems", Boolean(state.unwatched || said[0]))
  const side = here.side
  showList()
  if (here.id !== null) here.side = side
  showAside(state.notes.find(each => each.id === here.id))
  show()
}

const actions = {
  Space: flip, ArrowRight: () => move(1), ArrowLeft: () => move(-1),
  ArrowDown: () => moveNote(1), ArrowUp: () => moveNote(-1),
  Slash: () => at("search").focus(), KeyF: () => at("frame").click(), KeyD: () => at("scheme").click(),
  KeyE: () => here.id && open(`note=${encodeURIComponent(here.id)}`),
}

addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || at("help").open) return
  if (event.key === "Escape") return document.activeElement.blur()
  if (event.target.closest("input, select, textarea, button") && event.code !== "Escape") return
  if (event.key === "?") return at("keys").click()
  const action = actions[event.code]
  if (action) { event.preventDefault(); action() }
})
addEventListener("message", event => {
  const frame = at("stage").querySelector("iframe.shown")
  if (frame && event.source === frame.contentWindow && ["Space", "ArrowLeft", "ArrowRight", "Slash", "KeyF", "KeyD"].includes(event.data)) actions[event.data]()
})
at("flip").onclick = () => { flip(); at("flip").blur() }
for (const [id, by] of [["before", -1], ["after", 1]]) at(id).onclick = () => { move(by); at(id).blur() }
at("frame").onclick = () => { look.frame = localStorage.frame = look.frame === "phone" ? "desktop" : "phone"; at("frame").blur(); show() }
at("scheme").onclick = () => { look.scheme = localStorage.scheme = look.scheme === "dark" ? "light" : "dark"; at("scheme").blur(); show() }
at("search").onkeydown = event => { if (event.key === "Enter") at("search").blur() }
at("keys").onclick = () => at("help").showModal()
for (const id of ["search", "deck", "kind", "tag", "troubled"]) at(id).oninput = () => { showList(); show() }

const events = new EventSource("/events")
events.onmessage = event => { if (Number(event.data) !== state.version) load() }
events.onerror = () => say("the preview has stopped: start it again with `deckgen preview`", true)

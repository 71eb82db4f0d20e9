-- Words that follow the data, the same for Quarto and for the embedded publisher.
--
--   [led]{if="china-leads"}[trailed]{unless="china-leads"}    words that hang on a finding
--   ::: passage … ::: then ::: otherwise … :::                shown where all in it is known, and else the other
--   ::: {.passage if="derivatives-held"}                      … and a finding holds
--   [A sentence.]{.passage} [Another one.]{.otherwise}        the same within a paragraph
--   [{organisation} at {downloads}]{each="families.last"}     once for each row of a quoted table
--   | [{finding}]{rows="findings"} | {truth} |                a row of a table, once for each row of a list
--   # RAM in detail {#sec-ram-details .appendix}              a letter in place of a number, in references, too
--
-- What is known stands in the document itself: an unknown value is a span of class `unknown`, and the metadata
-- `findings` and `lists` come with the build.

local findings, lists, variables = {}, {}, {}

local function read(meta)
  for name, truth in pairs(meta.findings or {}) do
    findings[name] = type(truth) == "boolean" and tostring(truth) or pandoc.utils.stringify(truth)
  end
  lists = meta.lists or {}
  variables = meta["_quarto-vars"] or {}
end

-- Quarto would put values in place only after this filter; here is known already what hangs on them.
local function placed(shortcode)
  if shortcode.name ~= "var" then return nil end
  local found = variables
  for part in shortcode.params[1].value:gmatch("[^.]+") do found = found and found[part] end
  return pandoc.utils.type(found) == "Inlines" and found or nil
end

local function truth(name)
  return findings[name] or "unknown"
end

-- Whether an element's own condition holds: true, false, or nil where its finding is unknown; true without one.
local function holds(el)
  local wanted, name = true, el.attributes["if"]
  if not name then wanted, name = false, el.attributes["unless"] end
  if not name then return true end
  local found = truth(name)
  if found == "unknown" then return nil end
  return (found == "true") == wanted
end

local function is_passage(el)
  return el.classes:includes("passage") or el.classes:includes("otherwise")
end

local function list_of(el)
  local parts = { el.attributes.each, el.attributes.sort or "", el.attributes.without or "" }
  local rows = lists[table.concat(parts, "|")]
  return rows and #rows > 0 and rows or nil
end

-- Whether a list has rows, and every cell that it says is known.
local function told(el)
  local rows, all = list_of(el), true
  for _, row in ipairs(rows or {}) do
    for _, cell in pairs(row) do
      pandoc.Plain(cell):walk { Span = function(span) all = all and not span.classes:includes("unknown") end }
    end
  end
  return rows and all
end

-- What stands where something is not known: the build finds it, with its place, and stops.
local function unknown(el, what)
  return { pandoc.Span("unknown", pandoc.Attr("", { "unknown" }, { address = what, at = el.attributes.at })) }
end

-- Whether all that an element would show is known; passages inside answer for themselves.
local function known(el)
  local found = true
  local function look(inner)
    if inner.classes:includes("unknown") then
      found = false
      return inner, false
    end
    if is_passage(inner) then return inner, false end
    local held = holds(inner)
    if held == nil then found = false end
    if inner.attributes.each and not told(inner) then found = false end
    if not held then return inner, false end
  end
  el.content:walk { traverse = "topdown", Span = look, Div = look }
  return found
end

local function stands(el)
  return holds(el) == true and known(el)
end

-- Content with each {column} replaced by a row's.
local function filled(content, row)
  return content:walk {
    Str = function(str)
      local before, column, after = str.text:match("^(.-){([%w_-]+)}(.*)$")
      if not column then return nil end
      local cell = row[column]
      local words = pandoc.List()
      if before ~= "" then words:insert(pandoc.Str(before)) end
      words:extend(cell and pandoc.utils.blocks_to_inlines({ pandoc.Plain(cell) })
        or { pandoc.Span("unknown", pandoc.Attr("", { "unknown" })) })
      if after ~= "" then words:insert(pandoc.Str(after)) end
      return words
    end,
  }
end

-- The words of a list: the element's content once a row, joined as a sentence joins them.
local function listed(el)
  local rows, shown = list_of(el), pandoc.List()
  if not rows then return unknown(el, el.attributes.each) end
  for position, row in ipairs(rows) do
    if position > 1 then
      shown:extend(position == #rows and { pandoc.Space(), pandoc.Str("and"), pandoc.Space() }
        or { pandoc.Str(","), pandoc.Space() })
    end
    shown:extend(filled(el.content, row))
  end
  return shown
end

-- A table with its rows that stand for many.
local function repeated(tbl)
  local function many(row)
    local named
    row.cells[1].contents:walk { Span = function(span) named = named or span.attributes.rows end }
    local told = named and lists[named]
    if not told then return { row } end
    return pandoc.List(told):map(function(values)
      return pandoc.Row(row.cells:map(function(cell)
        local contents = filled(cell.contents, values):walk {
          Span = function(span) return span.attributes.rows and span.content or nil end,
        }
        return pandoc.Cell(contents, cell.alignment, cell.row_span, cell.col_span, cell.attr)
      end), row.attr)
    end)
  end
  for _, body in ipairs(tbl.bodies) do
    local rows = pandoc.List()
    for _, row in ipairs(body.body) do rows:extend(many(row)) end
    body.body = rows
  end
  return tbl
end

-- The neighbour of an element, with nothing but space between; step: 1 for the next, -1 for the one before.
local function beside(elements, position, step)
  local near = position + step
  while elements[near] and (elements[near].t == "Space" or elements[near].t == "SoftBreak") do near = near + step end
  return elements[near]
end

-- Whether words for the other case stand right beside an element, before or behind it.
local function answered(elements, position)
  local el = elements[position]
  for _, step in ipairs { 1, -1 } do
    local other = beside(elements, position, step)
    if other and other.t == el.t then
      if el.attributes["if"] and other.attributes.unless == el.attributes["if"] then return true end
      if el.attributes.unless and other.attributes["if"] == el.attributes.unless then return true end
    end
  end
  return false
end

-- What is left of a statement that does not hold: nothing to see, but the build finds it and stops.
local function misfit(el)
  local words = pandoc.utils.stringify(el)
  local attributes = { finding = el.attributes["if"], at = el.attributes.at, words = words }
  local nothing = pandoc.Span({}, pandoc.Attr("", { "misfit" }, attributes))
  return el.t == "Span" and { nothing } or { pandoc.Plain { nothing } }
end

-- What takes the place of an element that hangs on a finding, a passage or a list; nil keeps it.
local function chosen(elements, position, before)
  local el = elements[position]
  if el.classes:includes("otherwise") then
    return before and {} or el.content
  elseif el.classes:includes("passage") then
    return stands(el) and el.content or {}
  elseif el.attributes["if"] or el.attributes["unless"] then
    local held, name = holds(el), el.attributes["if"] or el.attributes.unless
    if held then return el.content end
    if held == nil then -- once for both cases
      if el.attributes.unless and answered(elements, position) then return {} end
      local nothing = unknown(el, name)
      return el.t == "Span" and nothing or { pandoc.Plain(nothing) }
    end
    return (el.attributes.unless or answered(elements, position)) and {} or misfit(el)
  elseif el.attributes.each then
    return listed(el)
  end
end

-- Goes through neighbours in turn, since an `otherwise` answers the passage before it. Most have nothing to choose, and
-- stay as they are: handing them back would take longer than all the rest.
local function choose(kind)
  local function choice(elements)
    local result, before = nil, nil
    for position, el in ipairs(elements) do
      local words = el.t == kind and chosen(elements, position, before)
      if el.t == kind and el.classes:includes("passage") then before = stands(el) end
      if el.t == kind and el.classes:includes("otherwise") then before = nil end
      if words then
        result = result or pandoc.List { table.unpack(elements, 1, position - 1) }
        result:extend(choice(words) or words)
      elseif result then
        result:insert(el)
      end
    end
    return result
  end
  return choice
end

-- Nothing is left of a paragraph or an item of a list whose words have all been withheld.
local function blank(block)
  if block.t ~= "Para" and block.t ~= "Plain" then return false end
  for _, inline in ipairs(block.content) do
    if inline.t ~= "Space" and inline.t ~= "SoftBreak" then return false end
  end
  return true
end

local function items(list)
  local kept = list.content:filter(function(blocks) return not (#blocks == 0 or (#blocks == 1 and blank(blocks[1]))) end)
  if #kept == 0 then return {} end
  list.content = kept
  return list
end

-- Sections of an appendix have a letter, which neither publisher would give within one article. The number stands in the
-- heading's own text and as its attribute; references are settled here, since the publishers would not find them.
local appendices, counts, lettered = 0, {}, {}

local function letter(header)
  local level = header.level
  if level == 1 then
    counts = {}
    if header.classes:includes("appendix") then
      appendices = appendices + 1
      counts = { string.char(64 + appendices) }
    end
  end
  if #counts == 0 or header.classes:includes("unnumbered") then return nil end
  for deeper = level + 1, #counts do counts[deeper] = nil end
  for missing = #counts + 1, level do counts[missing] = 0 end
  if level > 1 then counts[level] = counts[level] + 1 end
  local number = table.concat(counts, ".")
  lettered[header.identifier] = number
  header.attributes.number = number
  header.classes:insert("unnumbered")
  header.content = pandoc.Inlines { pandoc.Span(number, pandoc.Attr("", { "number" })), pandoc.Space() } .. header.content
  return number == "A" and { pandoc.RawBlock("typst", "#show: appendices"), header } or header
end

local function refer(cite)
  local shown, found = pandoc.Inlines {}, false
  for position, citation in ipairs(cite.citations) do
    local number = lettered[citation.id]
    if position > 1 then shown:extend { pandoc.Str(","), pandoc.Space() } end
    if number then
      found = true
      if #citation.prefix > 0 then shown = shown .. citation.prefix .. { pandoc.Space() } end
      local words = citation.mode == "SuppressAuthor" and number or "Appendix\u{a0}" .. number
      shown:insert(pandoc.Link(words, "#" .. citation.id, "", pandoc.Attr("", { "reference" })))
      shown:extend(citation.suffix)
    else
      shown:insert(pandoc.Cite({ pandoc.Str("@" .. citation.id) }, { citation }))
    end
  end
  return found and shown or nil
end

-- What the edition rests on stands on the page, too, that Quarto writes for who runs it by hand.
local function labelled(doc)
  if not (quarto and FORMAT:match("html") and doc.meta["data-label"]) then return nil end
  local label = pandoc.Para(pandoc.utils.stringify(doc.meta["data-label"]))
  doc.blocks:insert(1, pandoc.Div(label, pandoc.Attr("", { "data-label" })))
  return doc
end

return {
  { Meta = read },
  { Shortcode = placed },
  { Table = repeated },
  { traverse = "topdown", Blocks = choose("Div"), Inlines = choose("Span") },
  {
    BulletList = items,
    OrderedList = items,
    Para = function(para) if blank(para) then return {} end end,
    Header = letter,
  },
  { Cite = refer },
  { Pandoc = labelled },
}

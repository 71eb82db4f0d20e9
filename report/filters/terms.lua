-- Terms, explained where they stand: in each section the first use of what the list of terms explains leads to it, and
-- the page's script shows the explanation beside it. For pages, whichever publisher wrote them.

local LIST = "sec-terms"
local LEVEL = 3 -- headings down to this one begin a section, the page's title being the first

local forms, used = {}, {} -- words of each name of a term, with the term's id; ids that the section has used

local function bare(word)
  return word:find("^%u%l") and word:lower() or word
end

-- The signs before a word, the word, and the signs behind it; nil for what is no word.
local function parts(el)
  if el and el.t == "Str" then return el.text:match("^([(“]*)([%w%-]+)(.*)$") end
end

-- The head of an entry, whose names are set apart by commas; the first one gives the id.
local function entry(head)
  local id
  for name in pandoc.utils.stringify(head):gmatch("[^,]+") do
    local words = pandoc.List()
    for word in name:gmatch("%S+") do words:insert(bare(word)) end
    id = id or "term-" .. table.concat(words, "-"):lower()
    table.insert(forms, { words = words, id = id })
  end
  return pandoc.Inlines { pandoc.Span(head, pandoc.Attr(id)) }
end

-- Where the last of some words stands, if they begin at a place; it may be in the plural.
local function reach(inlines, at, words)
  for number, wanted in ipairs(words) do
    local last = number == #words
    if number > 1 then
      local gap = inlines[at + 1]
      if not gap or (gap.t ~= "Space" and gap.t ~= "SoftBreak") then return nil end
      at = at + 2
    end
    local before, word, behind = parts(inlines[at])
    if not word or (number > 1 and before ~= "") or (not last and behind ~= "") then return nil end
    if bare(word) ~= wanted and not (last and bare(word) == wanted .. "s") then return nil end
    if behind:find("^[/_@]") then return nil end
  end
  return at
end

-- The id of the term that begins at a place and that the section has not used, and where it ends.
local function term(inlines, at)
  for _, form in ipairs(forms) do
    local last = not used[form.id] and reach(inlines, at, form.words)
    if last then return form.id, last end
  end
end

local function marked(inlines)
  local result, at = pandoc.Inlines {}, 1
  while at <= #inlines do
    local id, last = term(inlines, at)
    if id then
      used[id] = true
      local before, opening = parts(inlines[at])
      local _, closing, behind = parts(inlines[last])
      local words = pandoc.Inlines { pandoc.Str(opening) }
      for inner = at + 1, last do words:insert(inner == last and pandoc.Str(closing) or inlines[inner]) end
      if before ~= "" then result:insert(pandoc.Str(before)) end
      result:insert(pandoc.Link(words, "#" .. id, "", pandoc.Attr("", { "term" })))
      if behind ~= "" then result:insert(pandoc.Str(behind)) end
      at = last
    else
      local el = inlines[at]
      if el.t == "Strong" or el.t == "Emph" then el.content = marked(el.content) end
      result:insert(el)
    end
    at = at + 1
  end
  return result
end

local function explained(block)
  block.content = marked(block.content)
  return block, false
end

local function in_items(list)
  return list:walk { Plain = explained, Para = explained }, false
end

local function as_it_is(block)
  return block, false
end

local function all(doc)
  local list
  for position, block in ipairs(doc.blocks) do
    if block.t == "Header" and block.identifier == LIST then list = doc.blocks[position + 1] end
  end
  if not list or list.t ~= "DefinitionList" then return nil end
  list.content = list.content:map(function(item) return { entry(item[1]), item[2] } end)
  table.sort(forms, function(one, other) return #one.words > #other.words end)
  doc.blocks = doc.blocks:walk {
    traverse = "topdown",
    Header = function(header)
      if header.level <= LEVEL then used = {} end
      return header, false
    end,
    Para = explained,
    BulletList = in_items,
    OrderedList = in_items,
    DefinitionList = as_it_is,
    Table = as_it_is,
  }
  return doc
end

return { { Pandoc = all } }

-- Tables, the same for Quarto and for the embedded publisher: those of notebooks are aligned by what they hold, and on
-- paper every table's columns get the room that their texts need.

local WORD, SHORT, LONG = 12, 24, 48
-- Characters up to which a cell without spaces stays on one line even on a phone, up to which any stays on one line
-- elsewhere, and from which it needs room.
local WIDE = 4 -- columns from which a table may be wider than the text
local LINE = 106 -- characters of a table's type in a line of the page
local GAP = 2.4 -- characters that the space around a column takes
local NARROW = 17 -- characters up to which a column keeps what it needs
local BREAK = "\u{200b}" -- where a word may break, unseen
local UNKNOWN = { [""] = true, ["-"] = true, ["–"] = true, ["—"] = true, ["n/a"] = true, nan = true, none = true, unknown = true }

local length = pandoc.text.len

local function text_of(cell)
  return (pandoc.utils.stringify(cell.contents):gsub("^%s+", ""):gsub("%s+$", ""))
end

-- Whether a cell may stand in a column of numbers.
local function numeric(text)
  if UNKNOWN[text:lower()] then return true end
  local bare = text:gsub("^−", "-"):gsub("%s*×$", ""):gsub("%s*[%%xmbkXMBK]$", ""):gsub("[eE][-+]%d+$", "")
  return bare:match("^[-+]?[%d.,]+$") ~= nil
end

local function texts_of(rows)
  return rows:map(function(row) return row.cells:map(text_of) end)
end

local function body_rows(tbl)
  local rows = pandoc.List()
  for _, body in ipairs(tbl.bodies) do rows:extend(body.body) end
  return rows
end

-- The class of a cell with this text; nil for one of middle length.
local function kind(text)
  if length(text) <= WORD and not text:find(" ") then return "word" end
  return length(text) <= SHORT and "short" or length(text) > LONG and "long" or nil
end

-- A notebook's table without the styles that came with its cells, its columns of numbers set to the right. What a cell is
-- sorted by stays, and so do the anchor of a row and the mark of a column for the page only.
local function aligned(tbl)
  local rows = body_rows(tbl)
  local texts = texts_of(rows)
  for index, column in ipairs(tbl.colspecs) do
    local all, any = true, false
    for _, held in ipairs(texts) do
      if #held == #tbl.colspecs then
        all, any = all and numeric(held[index]), any or held[index] ~= ""
      end
    end
    tbl.colspecs[index] = { all and any and "AlignRight" or "AlignLeft", column[2] }
  end
  local function plain(row)
    row.attr = pandoc.Attr(row.attr.identifier)
    row.cells = row.cells:map(function(cell)
      local given = cell.attr.attributes
      cell.attr = pandoc.Attr("", { kind(text_of(cell)) }, { sort = given.sort, screen = given.screen })
      cell.alignment = "AlignDefault"
      return cell
    end)
    return row
  end
  tbl.head.rows = tbl.head.rows:map(plain)
  for _, body in ipairs(tbl.bodies) do body.body = body.body:map(plain) end
  tbl.attr = pandoc.Attr(tbl.identifier, #tbl.colspecs >= WIDE and { "wide" } or {})
  return tbl
end

-- The table without the columns that are for the page only, as their heads say.
local function printed(tbl)
  local stays, shorter = {}, false
  for place, cell in ipairs(tbl.head.rows[1] and tbl.head.rows[1].cells or {}) do
    stays[place] = not cell.attr.attributes.screen
    shorter = shorter or not stays[place]
  end
  if not shorter then return tbl end
  local function kept(list)
    local result = pandoc.List()
    for place, item in ipairs(list) do
      if stays[place] then result:insert(item) end
    end
    return result
  end
  local function cut(row)
    row.cells = kept(row.cells)
    return row
  end
  tbl.head.rows = tbl.head.rows:map(cut)
  for _, body in ipairs(tbl.bodies) do body.body = body.body:map(cut) end
  tbl.colspecs = kept(tbl.colspecs)
  return tbl
end

-- On paper a place in the code, such as helpers/text/show.py:heads, may break behind its file, too, and a long name
-- behind its underscores.
local function breaking(str)
  str.text = str.text:gsub("(/.*%.py:)(.)", "%1" .. BREAK .. "%2")
  if length(str.text) > WORD then str.text = str.text:gsub("(%w_)(%w)", "%1" .. BREAK .. "%2") end
  return str
end

-- How many columns of characters each column needs: its longest word, heads included, and its longest text.
local function needs(held, headed)
  local word, longest, total = 0, 0, 0
  for position, text in ipairs(held) do
    for part in text:gsub(BREAK, " "):gmatch("[^%s/%-]+[/%-]?") do word = math.max(word, length(part)) end
    if position > headed then longest = math.max(longest, length(text)) end
    total = total + length(text)
  end
  return word, math.max(word, longest), total
end

-- The table with widths for its columns, so that long texts have the room and short ones stay on one line. Heads may
-- break between words. What fits the line is left to the typesetter, and so is what spans; in what is too full for the
-- line, columns share it by their words.
local function fitted(tbl)
  local heads, bodies = texts_of(tbl.head.rows), texts_of(body_rows(tbl))
  local rows = heads .. bodies
  for _, row in ipairs(rows) do
    if #row ~= #tbl.colspecs then return nil end
  end
  local line, columns = LINE - GAP * #tbl.colspecs, pandoc.List()
  local whole, kept, wanted = 0, 0, 0
  for index = 1, #tbl.colspecs do
    local word, longest, total = needs(rows:map(function(row) return row[index] end), #heads)
    -- The height of a column is about its text over its width: roots of the lengths make the heights add up to least.
    local own = longest <= NARROW and longest + 1 or nil
    columns:insert({ word = word, own = own, part = own and 0 or math.sqrt(total) })
    whole, kept, wanted = whole + longest, kept + (own or 0), wanted + columns[index].part
  end
  if #bodies == 0 or whole <= line then return nil end
  local unit, settled
  repeat -- what its part of the room would cut within a word keeps the room of that word
    unit, settled = (line - kept) / wanted, true
    for _, column in ipairs(columns) do
      if not column.own and column.part * unit < column.word then
        column.own, settled = column.word, false
        kept, wanted = kept + column.word, wanted - column.part
      end
    end
  until settled or wanted <= 0
  local sum = 0
  for _, column in ipairs(columns) do
    column.share = (column.own or math.max(column.part * unit, column.word)) + GAP
    sum = sum + column.share
  end
  for index, column in ipairs(columns) do tbl.colspecs[index] = { tbl.colspecs[index][1], column.share / sum } end
  return tbl
end

-- Quarto would read a notebook's table by itself, with another program for each, which writes "<" twice over.
local function parsed(raw)
  if raw.format ~= "html" or not raw.text:find('class="dataframe"', 1, true) then return nil end
  local found
  pandoc.read(raw.text, "html"):walk { Table = function(tbl) found = found or tbl end }
  return found
end

return {
  { RawBlock = parsed },
  {
    Table = function(tbl)
      if FORMAT:match("typst") then tbl = printed(tbl):walk { Str = breaking } end
      local changed = tbl.classes:includes("dataframe") and aligned(tbl) or nil
      return FORMAT:match("typst") and fitted(changed or tbl) or changed
    end,
  },
}

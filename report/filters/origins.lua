-- Values, spans of class `value`, lead to their origin; the same for Quarto and for the embedded publisher.

local root, marked = "../", "°"

local function read(meta)
  if meta["site-root"] then root = pandoc.utils.stringify(meta["site-root"]) end
end

-- A value on a page leads to the cell that quoted it; in print it is plain. An assumed one carries its mark.
local function origin(el)
  if not el.classes:includes("value") then return nil end
  local assumed = el.classes:includes("assumed")
  if FORMAT:match("html") then
    local from, title = el.attributes.from, el.attributes.title or ""
    local classes = assumed and { "value", "assumed" } or { "value" }
    if not from then return el.content end
    if assumed then title = title .. ". It follows from our assumptions." end
    local notebook, cell = from:match("^(.-)#(.*)$")
    local target = root .. "build/notebooks/" .. notebook .. "-preview.html#" .. cell
    return pandoc.Link(el.content, target, title, pandoc.Attr("", classes))
  end
  if assumed then el.content:insert(pandoc.Str(marked)) end
  return el.content
end

return { { Meta = read }, { Span = origin } }

-- Opens a page, waits for the finding on its line, applies the verified fix, and waits until the finding is gone.
local file, line = vim.env.RELOOK_FILE, tonumber(vim.env.RELOOK_LINE)
local function fail(message) io.stderr:write("FAIL " .. message .. "\n"); vim.cmd("cquit 1") end
-- The recipe of the documentation, before the page is opened, as in a user's own settings.
dofile(vim.env.RELOOK_RECIPE)
vim.cmd("filetype on")
vim.cmd("edit " .. file)
local found = function() return vim.diagnostic.get(0) end
if not vim.wait(60000, function() return #found() == 1 end, 50) then return fail("diagnostics: " .. #found()) end
local one = found()[1]
if one.lnum ~= line then return fail("line " .. one.lnum) end
io.stdout:write("found " .. one.message .. "\n")
vim.api.nvim_win_set_cursor(0, { one.lnum + 1, one.col })
-- The menu: the fix is prepared in idle time; until then the first entry is the command that looks for it.
local chosen
vim.ui.select = function(items, options, choose)
  for index, item in ipairs(items) do
    local title = options.format_item(item)
    if title:match("^ReLook refine: ") then chosen = title; return choose(item, index) end
  end
end
local applied = vim.wait(60000, function()
  if not chosen then vim.lsp.buf.code_action() end
  return chosen ~= nil
end, 500)
if not applied then return fail("no verified fix was offered") end
io.stdout:write("applied " .. chosen .. "\n")
if not vim.wait(60000, function() return #found() == 0 end, 50) then return fail("the finding is still there") end
vim.cmd("write")
vim.lsp.stop_client((vim.lsp.get_clients or vim.lsp.get_active_clients)())
vim.wait(1500)
vim.cmd("qall!")

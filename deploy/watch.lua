-- The live table of deploy/watch, made inside Redis in one round trip, from the public keys alone.
-- ARGV: prefix, window (as in "15m"). Returns "updated_ms watermark_ms" and the table's lines;
-- nothing before the first figures are there.

local prefix, window = ARGV[1], ARGV[2]
local lines = {}

local function key(scope, suffix)
    return prefix .. ':{' .. scope .. '}:' .. suffix
end

-- A hash as a table; numbers as numbers.
local function hash(name)
    local flat, result = redis.call('HGETALL', name), {}
    for i = 1, #flat, 2 do
        result[flat[i]] = tonumber(flat[i + 1]) or flat[i + 1]
    end
    return result
end

local function ids(set)
    local members = redis.call('SMEMBERS', prefix .. ':' .. set)
    table.sort(members)
    return members
end

local function line(...)
    lines[#lines + 1] = string.format(...)
end

local function percent(share)
    return share and string.format('%.1f %%', 100 * share) or '-'
end

local function duration(ms)
    if not ms then
        return '-'
    end
    local s = math.floor(ms / 1000)
    return s < 3600 and string.format('%d:%02d', s / 60, s % 60)
        or string.format('%d:%02d:%02d', s / 3600, s / 60 % 60, s % 60)
end

local meta = hash(prefix .. ':meta')
local all = hash(key('all', 'w:' .. window))
if not meta.updated_ms or not all.as_of_ms then
    return {}
end

line('%-24s %10s %10s %10s %10s %10s %9s %9s', 'QUEUE, last ' .. window,
    'waiting', 'oldest', 'in service', 'offered', 'responses', 'in target', 'abandoned')
local function queue(name, now, w)
    line('%-24.24s %10d %10s %10d %10d %10d %9s %9s', name,
        now.waiting or 0, duration(now.oldest_waiting_ms), now.in_service or 0,
        w.offered or 0, w.responses or 0, percent(w.service_level), percent(w.abandon_rate))
end
for _, id in ipairs(ids('queues')) do
    queue(id, hash(key('queue:' .. id, 'now')), hash(key('queue:' .. id, 'w:' .. window)))
end
queue('all', hash(key('all', 'now')), all)

local states, agents = {}, {}
for _, id in ipairs(ids('agents')) do
    local state = hash(key('agent:' .. id, 'now')).state
    if state then
        states[state] = (states[state] or 0) + 1
    end
    local w = hash(key('agent:' .. id, 'w:' .. window))
    if w.handles and w.handles > 0 then
        agents[#agents + 1] = {
            id = id, handles = w.handles, level = w.service_level, mean = w.handle_mean_ms,
        }
    end
end

local all_states = { 'available', 'busy', 'wrapup', 'break', 'training', 'meeting', 'offline' }
local counts = {}
for _, state in ipairs(all_states) do
    counts[#counts + 1] = state .. ' ' .. (states[state] or 0)
end
line('')
line('AGENTS  %s', table.concat(counts, '   '))

-- By service level, then by contacts handled; without a service level last.
table.sort(agents, function(a, b)
    if a.level ~= b.level then
        return (a.level or -1) > (b.level or -1)
    end
    return a.handles > b.handles
end)
local function agent(a)
    return string.format('%-16.16s %7d %9s %7s',
        a.id, a.handles, percent(a.level), duration(a.mean))
end
local title = string.format('%7s %9s %7s', 'handled', 'in target', 'mean')
line('')
line('%-42s   %s', 'BEST AGENTS      ' .. title, 'WORST AGENTS     ' .. title)
for i = 1, math.min(5, math.floor(#agents / 2)) do
    line('%-42s   %s', agent(agents[i]), agent(agents[#agents - i + 1]))
end

table.insert(lines, 1, string.format('%.0f %.0f', meta.updated_ms, meta.watermark_ms or 0))
return lines

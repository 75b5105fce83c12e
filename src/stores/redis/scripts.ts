/**
 * The scripts that run inside Redis. Each is one atomic step. A scope is a hash of limits and counts (`:meta`), a stream of
 * records whose ids are their sequences (`:records`), their attachments (`:attachments`), and values by key (`:values`) with
 * the order they were set in (`:order`). KEYS[1] is the prefix of all; ARGV[1] is the time in ms.
 */
const LIBRARY = `
local prefix, now = KEYS[1], tonumber(ARGV[1])
local function text(number) return string.format('%.0f', number) end
local function base(scope) return prefix .. 'scope:' .. scope end
local function load(scope)
  local b = base(scope)
  local raw = redis.call('HMGET', b .. ':meta', 'maxRecords', 'maxBytes', 'ttlMs', 'maxValues', 'records', 'bytes', 'dropped', 'last')
  if not raw[1] then return nil end
  return { b = b, maxRecords = tonumber(raw[1]), maxBytes = tonumber(raw[2]), ttlMs = tonumber(raw[3]),
    maxValues = tonumber(raw[4]), records = tonumber(raw[5]), bytes = tonumber(raw[6]), dropped = tonumber(raw[7]), last = tonumber(raw[8]) }
end
local function count(m)
  redis.call('HSET', m.b .. ':meta', 'records', text(m.records), 'bytes', text(m.bytes), 'dropped', text(m.dropped), 'last', text(m.last))
end
local function save(m)
  count(m)
  if m.ttlMs >= 0 then
    for _, part in ipairs({ ':meta', ':records', ':attachments', ':values', ':order' }) do
      redis.call('PEXPIRE', m.b .. part, text(m.ttlMs + 60000))
    end
  end
end
local function drop(m, entry)
  redis.call('XDEL', m.b .. ':records', entry[1])
  redis.call('HDEL', m.b .. ':attachments', entry[1])
  m.records = m.records - 1
  m.bytes = m.bytes - tonumber(entry[2][4])
end
local function first(m) return redis.call('XRANGE', m.b .. ':records', '-', '+', 'COUNT', 1)[1] end
local function dropOlder(m, before)
  local count = 0
  local entry = first(m)
  while entry and tonumber(entry[2][2]) < before do
    drop(m, entry)
    count = count + 1
    entry = first(m)
  end
  return count
end
local function trim(m, maxRecords)
  local count = 0
  if m.ttlMs >= 0 then dropOlder(m, now - m.ttlMs) end
  while m.records > 0 and (m.records > maxRecords or m.bytes > m.maxBytes) do
    local entry = first(m)
    if not entry then break end
    drop(m, entry)
    m.dropped = m.dropped + 1
    count = count + 1
  end
  return count
end
local function fresh(scope)
  local m = load(scope)
  if m and m.ttlMs >= 0 and dropOlder(m, now - m.ttlMs) > 0 then save(m) end
  return m
end
local function valueOf(raw)
  if not raw then return nil end
  local bar = string.find(raw, '|', 1, true)
  local expiresAt = tonumber(string.sub(raw, 1, bar - 1))
  if expiresAt >= 0 and expiresAt <= now then return nil end
  return string.sub(raw, bar + 1)
end
`;

const SCRIPTS = {
  /** scope, maxRecords, maxBytes, ttlMs or -1, maxValues */
  open: `
local b = base(ARGV[2])
for _, field in ipairs({ 'records', 'bytes', 'dropped', 'last' }) do redis.call('HSETNX', b .. ':meta', field, '0') end
redis.call('HSET', b .. ':meta', 'maxRecords', ARGV[3], 'maxBytes', ARGV[4], 'ttlMs', ARGV[5], 'maxValues', ARGV[6])
redis.call('SADD', prefix .. 'scopes', ARGV[2])
local m = load(ARGV[2])
trim(m, m.maxRecords)
if m.ttlMs < 0 then
  for _, part in ipairs({ ':meta', ':records', ':attachments', ':values', ':order' }) do redis.call('PERSIST', b .. part) end
end
save(m)`,

  /** Then six arguments a change: kind, scope, and what the kind needs. */
  write: `
local metas, sequences = {}, {}
for i = 2, #ARGV, 6 do
  local scope = ARGV[i + 1]
  metas[scope] = metas[scope] or load(scope)
  if not metas[scope] then return { 'closed', scope } end
end
for i = 2, #ARGV, 6 do
  local kind, m, a, b, c, d = ARGV[i], metas[ARGV[i + 1]], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5]
  if kind == 'append' then
    m.last = m.last + 1
    local id = text(m.last) .. '-0'
    redis.call('XADD', m.b .. ':records', id, 'at', ARGV[1], 'bytes', b, 'value', a)
    if d == '1' then redis.call('HSET', m.b .. ':attachments', id, c) end
    m.records = m.records + 1
    m.bytes = m.bytes + tonumber(b)
    sequences[#sequences + 1] = text(m.last)
  elseif kind == 'remove' then
    local entry = redis.call('XRANGE', m.b .. ':records', a .. '-0', a .. '-0')[1]
    if entry then drop(m, entry) end
  elseif kind == 'set' then
    local expiresAt = b == '' and '-1' or text(now + tonumber(b))
    redis.call('HSET', m.b .. ':values', a, expiresAt .. '|' .. c)
    redis.call('ZADD', m.b .. ':order', redis.call('HINCRBY', m.b .. ':meta', 'place', 1), a)
    while redis.call('ZCARD', m.b .. ':order') > m.maxValues do
      local oldest = redis.call('ZRANGE', m.b .. ':order', 0, 0)[1]
      redis.call('ZREM', m.b .. ':order', oldest)
      redis.call('HDEL', m.b .. ':values', oldest)
    end
  elseif kind == 'unset' then
    redis.call('HDEL', m.b .. ':values', a)
    redis.call('ZREM', m.b .. ':order', a)
  end
end
for _, m in pairs(metas) do
  trim(m, m.maxRecords)
  save(m)
end
return { 'written', sequences }`,

  /** scope, after, limit: the last sequence, the first record that is left, records. */
  read: `
local m = fresh(ARGV[2])
if not m then return false end
local entry = first(m)
local records = {}
if tonumber(ARGV[4]) > 0 then
  records = redis.call('XRANGE', m.b .. ':records', text(tonumber(ARGV[3]) + 1) .. '-0', '+', 'COUNT', ARGV[4])
end
return { text(m.last), entry and entry[1] or '', records }`,

  /** scope, before or +, limit */
  readBack: `
local m = fresh(ARGV[2])
if not m then return {} end
local from = ARGV[3]
if from ~= '+' then
  if tonumber(from) <= 1 then return {} end
  from = text(tonumber(from) - 1)
end
return redis.call('XREVRANGE', m.b .. ':records', from, '-', 'COUNT', ARGV[4])`,

  /** scope, sequence */
  attachment: `
local m = fresh(ARGV[2])
return m and redis.call('HGET', m.b .. ':attachments', ARGV[3] .. '-0')`,

  /** scope, key */
  value: `return valueOf(redis.call('HGET', base(ARGV[2]) .. ':values', ARGV[3]))`,

  /** scope */
  keys: `
local b, keys = base(ARGV[2]), {}
for _, key in ipairs(redis.call('ZRANGE', b .. ':order', 0, -1)) do
  if valueOf(redis.call('HGET', b .. ':values', key)) then keys[#keys + 1] = key end
end
return keys`,

  scopes: `
local open = {}
for _, scope in ipairs(redis.call('SMEMBERS', prefix .. 'scopes')) do
  if redis.call('EXISTS', base(scope) .. ':meta') == 1 then open[#open + 1] = scope
  else redis.call('SREM', prefix .. 'scopes', scope) end
end
return open`,

  /** scope */
  statistics: `
local m = fresh(ARGV[2])
if not m then return { '0', '0', '0' } end
return { text(m.records), text(m.bytes), text(m.dropped) }`,

  /** scope, before */
  expire: `
local m = load(ARGV[2])
if not m then return 0 end
local expired = dropOlder(m, tonumber(ARGV[3]))
for _, key in ipairs(redis.call('ZRANGE', m.b .. ':order', 0, -1)) do
  if not valueOf(redis.call('HGET', m.b .. ':values', key)) then
    redis.call('HDEL', m.b .. ':values', key)
    redis.call('ZREM', m.b .. ':order', key)
  end
end
-- The clean-up is not the scope's owner, so the scope's time to live is not renewed.
count(m)
return expired`,

  /** scope, maxRecords */
  trim: `
local m = load(ARGV[2])
if not m then return 0 end
local count = trim(m, math.min(m.maxRecords, tonumber(ARGV[3])))
save(m)
return count`,

  /** scope */
  close: `
local m = fresh(ARGV[2])
redis.call('SREM', prefix .. 'scopes', ARGV[2])
if not m then return 0 end
redis.call('DEL', m.b .. ':meta', m.b .. ':records', m.b .. ':attachments', m.b .. ':values', m.b .. ':order')
return m.records`,
} as const;

export type ScriptName = keyof typeof SCRIPTS;

export function scriptText(name: ScriptName): string {
  return LIBRARY + SCRIPTS[name];
}

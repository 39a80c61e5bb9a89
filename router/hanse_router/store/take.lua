-- Takes each charge from its bucket, or none where one does not fit.
--
-- KEYS: the bucket of each charge. ARGV: the time in seconds, or '' for the server's own, which all routers share;
-- then of each charge its cost, the capacity of its bucket, and the seconds in which that refills.
-- Answers nil, or the index of the charge that does not fit and the seconds until it would.

local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] + time[2] / 1000000
end

local function level_of(key, capacity, seconds)
  local known = redis.call('GET', key)
  if not known then
    return capacity
  end
  local level, at = string.match(known, '^(%S+) (%S+)$')
  local passed = math.max(0, now - tonumber(at))
  return math.min(capacity, tonumber(level) + passed * capacity / seconds)
end

local left = {}
for index, key in ipairs(KEYS) do
  local cost, capacity, seconds = tonumber(ARGV[3 * index - 1]), tonumber(ARGV[3 * index]), tonumber(ARGV[3 * index + 1])
  local level = left[key] or level_of(key, capacity, seconds)
  if cost > level then
    local wait = seconds
    if capacity > 0 then
      wait = math.min((cost - level) / (capacity / seconds), seconds)
    end
    return {index - 1, string.format('%.17g', wait)}
  end
  left[key] = level - cost
end

for index, key in ipairs(KEYS) do
  -- After a whole window the bucket is full again, and no bucket is a full one.
  local lifetime = math.ceil(ARGV[3 * index + 1] * 1000)
  redis.call('SET', key, string.format('%.17g %.17g', left[key], now), 'PX', string.format('%.0f', lifetime))
end
return false

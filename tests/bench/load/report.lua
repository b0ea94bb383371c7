-- wrk: every request is a report of its own. Told by the environment: ROUND, MANIFEST (its hash,
-- hex), VOTES (places), CLOSE (1: a new connection for each), SALT (8 hex digits: no two runs
-- send the same ids).

local threads = 0

function setup(thread)
    threads = threads + 1
    thread:set("number", threads)
end

local function little(value, bytes)
    local out = {}
    for i = 1, bytes do
        out[i] = string.char(value % 256)
        value = math.floor(value / 256)
    end
    return table.concat(out)
end

local function from_hex(text)
    return (text:gsub("..", function(pair) return string.char(tonumber(pair, 16)) end))
end

local sent, head, votes, path, prefix, headers = 0, nil, nil, nil, nil, nil

function init()
    local places, voted, list = tonumber(os.getenv("VOTES")), 20, {}
    for i = 1, places do
        -- coordinate << 1, ascending; then padding
        list[i] = i <= voted and little(2 * 7 * 50 * i + i % 2, 4) or "\255\255\255\255"
    end
    votes = table.concat(list)
    head = "EMRP" .. little(1, 4) .. little(tonumber(os.getenv("ROUND")), 8)
        .. from_hex(os.getenv("MANIFEST"))
    path = "/v1/rounds/" .. os.getenv("ROUND") .. "/reports/"
    prefix = os.getenv("SALT") .. string.format("%08x", number)
    headers = { ["Content-Type"] = "application/vnd.emotrack.report" }
    if os.getenv("CLOSE") == "1" then
        headers["Connection"] = "close"
    end
end

function request()
    sent = sent + 1
    local id = prefix .. string.format("%016x", sent)
    return wrk.format("PUT", path .. id, headers, head .. from_hex(id) .. votes)
end

-- wrk: every connection asks one question after another; the threads share out the bodies in the file that is named.
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
  thread:set("others", 2)
end

function init(arguments)
  bodies, asked = {}, 0
  local place = 0
  for line in io.lines(arguments[1]) do
    if place % others == number then bodies[#bodies + 1] = line end
    place = place + 1
  end
end

function request()
  asked = asked % #bodies + 1
  return wrk.format("POST", "/api/ask", {["Content-Type"] = "application/json"}, bodies[asked])
end

function done(summary, latency, requests)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
  io.write(string.format(
    'FIGURES {"answers": %d, "seconds": %.3f, "errors": %d, "timeouts": %d, "p50_ms": %.1f, "p95_ms": %.1f, "most_ms": %.1f}\n',
    summary.requests, summary.duration / 1e6, failed, summary.errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency.max / 1e3))
end

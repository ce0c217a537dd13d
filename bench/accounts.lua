-- What wrk sends: one account in each request, of new numbers, or of the first ones of an earlier run.
-- Arguments: secret, Authorization, series, and how many numbers of each thread to ask for (0: new ones).

local threads = 0

function setup(thread)
   thread:set("place", threads)
   threads = threads + 1
end

function init(args)
   wrk.method = "POST"
   wrk.headers["Content-Type"] = "application/json"
   wrk.headers["X-Third-Party-Secret"] = args[1]
   wrk.headers["Authorization"] = args[2]
   prefix = "411" .. args[3] .. "T" .. place .. "N"
   kept = tonumber(args[4])
   sent = 0
end

function request()
   local number = kept > 0 and prefix .. (sent % kept + 1) or prefix .. (sent + 1)
   sent = sent + 1
   return wrk.format(nil, nil, nil, '{"account_number":"' .. number .. '","label":"Account ' .. number .. '"}')
end

function done(summary, latency, requests)
   local errors = summary.errors
   local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
   io.write(string.format(
      '\nresult {"requests": %d, "seconds": %f, "failed": %d, "p50": %f, "p99": %f}\n',
      summary.requests, summary.duration / 1e6, failed,
      latency:percentile(50) / 1e6, latency:percentile(99) / 1e6
   ))
end

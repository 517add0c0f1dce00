-- The metrics of keepalived: how often this balancer has taken the addresses of each instance, as count_move counts it.
-- Paths are those inside of HAProxy's chroot, /var/lib/haproxy.
local instances = table.pack(...)

core.register_service("moves", "http", function(applet)
  local lines = {
    "# HELP webstack_vip_moves_total How often this balancer has taken the virtual addresses of an instance.",
    "# TYPE webstack_vip_moves_total counter",
  }
  for _, instance in ipairs(instances) do
    local file = io.open("/moves/" .. instance)
    local count = file and file:read("n") or 0
    if file then
      file:close()
    end
    lines[#lines + 1] = string.format('webstack_vip_moves_total{instance="%s"} %d', instance, count)
  end
  local text = table.concat(lines, "\n") .. "\n"
  applet:set_status(200)
  applet:add_header("content-type", "text/plain; version=0.0.4")
  applet:add_header("content-length", tostring(#text))
  applet:start_response()
  applet:send(text)
end)

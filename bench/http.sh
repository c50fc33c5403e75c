#!/usr/bin/env bash
# Requests a second of net::Server and of nginx, serving the same 2 KB, in turns, on this machine now.
# usage: bench/http.sh [BUILD_FOLDER] [SECONDS] [PORT]   (uses PORT and PORT+1)
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/release} seconds=${2:-5} port=${3:-21300}
work=$(mktemp -d)
chmod 755 "$work" # nginx reads below it as another user
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

mkdir -p "$work/www"
head -c 1500 /dev/urandom | base64 -w0 | head -c 2000 | sed 's/^/{"description":"/; s/$/"}/' >"$work/www/reply.json"
bench/serve_nginx "$work/www" $((port + 1)) &
pids+=($!)
"$build/bench_http" "$port" "$work/www/reply.json" &
pids+=($!)
sleep 0.5

cpu_of() { # PID -> clock ticks that it and its children now alive have used
  local total=0 pid
  for pid in "$1" $(pgrep -P "$1" || true); do
    total=$((total + $(awk '{print $14 + $15}' "/proc/$pid/stat")))
  done
  echo "$total"
}
measure() { # NAME URL PID SECONDS -> prints requests a second and CPU time a request
  local before after
  before=$(cpu_of "$3")
  wrk -t1 -c64 -d"$4" "$2" >"$work/wrk"
  after=$(cpu_of "$3")
  if grep -E "Non-2xx|Socket errors" "$work/wrk" >&2; then exit 1; fi
  awk -v name="$1" -v ticks=$((after - before)) -v hz="$(getconf CLK_TCK)" '
    /requests in/ {n = $1} /Requests\/sec/ {rate = $2}
    END {printf "  %-28s %7.0f req/s  %5.2f us CPU a request\n", name, rate, ticks / hz * 1e6 / n}' "$work/wrk"
}
for round in 1 2 3; do
  echo "round $round"
  measure "pps" "http://127.0.0.1:$port/reply.json" "${pids[1]}" "$seconds"
  measure "pps, placeholder in path" "http://127.0.0.1:$port/items/7/reply.json" "${pids[1]}" "$seconds"
  measure "nginx" "http://127.0.0.1:$((port + 1))/reply.json" "${pids[0]}" "$seconds"
done

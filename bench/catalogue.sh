#!/usr/bin/env bash
# The real catalogue: rows imported, searches and quotes a second; then product reads and searches over HTTP beside nginx
# serving the same bytes, in turns, on this machine now.
# usage: bench/catalogue.sh [BUILD_FOLDER] [APPSTREAM_FOLDER] [SECONDS] [PORT]   (uses PORT and PORT+1)
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/release} appstream=${2:-build/catalogue} seconds=${3:-5} port=${4:-21710}
work=$(mktemp -d)
chmod 755 "$work" # nginx reads it as another user
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

mkdir -p "$work/data" "$work/www"
"$build/bench_catalogue" "$work/data" "$appstream" "$port" >"$work/out" &
pids+=($!)
until grep -q '^serving' "$work/out"; do
  kill -0 "${pids[0]}" 2>/dev/null || { cat "$work/out"; exit 1; }
  sleep 0.2
done
cat "$work/out"
product=http://127.0.0.1:$port/api/products/by-slug/gimp
curl -sf "$product" >"$work/www/product.json"
cat >"$work/nginx.conf" <<CONF
worker_processes 1;
daemon off;
pid $work/nginx.pid;
error_log $work/error.log;
events { worker_connections 1024; }
http {
  types { application/json json; }
  access_log off;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  open_file_cache max=100;
  client_body_temp_path $work/body; proxy_temp_path $work/proxy; fastcgi_temp_path $work/fastcgi;
  uwsgi_temp_path $work/uwsgi; scgi_temp_path $work/scgi;
  server { listen 127.0.0.1:$((port + 1)); root $work/www; }
}
CONF
"$(command -v nginx || echo /usr/sbin/nginx)" -c "$work/nginx.conf" -p "$work" 2>/dev/null &
pids+=($!)
sleep 0.5

measure() { # NAME URL
  wrk -t1 -c64 -d"$seconds" "$2" >"$work/wrk"
  if grep -E "Non-2xx|Socket errors" "$work/wrk" >&2; then exit 1; fi
  awk -v name="$1" '/Requests\/sec/ {printf "  %-32s %8.0f req/s\n", name, $2}' "$work/wrk"
}
echo "one product of $(stat -c %s "$work/www/product.json") bytes"
for round in 1 2 3; do
  echo "round $round"
  measure "nginx" "http://127.0.0.1:$((port + 1))/product.json"
  measure "pps, product by slug" "$product"
  measure "pps, search with 3 facets" \
    "http://127.0.0.1:$port/api/products?q=photo+editor&facets=category,brand,attr.license"
done

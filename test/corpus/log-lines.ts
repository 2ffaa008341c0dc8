/** Lines as servers, test runners, compilers and package managers write them; nothing in them is a secret. */
export const LOG_LINES: readonly string[] = String.raw`
2026-03-01T10:22:31.123Z INFO  [http-nio-8080-exec-3] c.a.shop.OrderController : Placed order 4711 for team 42 in 18 ms
2026-03-01 10:22:31,123 ERROR shop.orders.pricing: discount failed for order=4711 team=42 reason=contract_missing
127.0.0.1 - - [01/Mar/2026:10:22:31 +0000] "GET /api/orders?page=2&sort=-created HTTP/1.1" 200 5316 "-" "curl/8.5.0"
10.0.3.17 - alice [01/Mar/2026:10:22:31 +0000] "POST /login HTTP/2.0" 302 0 "https://shop.example.org/" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
level=info ts=2026-03-01T10:22:31Z caller=main.go:42 msg="Starting server" addr=:8080 version=1.20.3
{"level":30,"time":1772360551123,"pid":41,"hostname":"web-7d9f8b6c5-x2x9q","reqId":"req-1a","msg":"request completed"}
W0301 10:22:31.123456       1 reflector.go:424] failed to list *v1.Pod: pods is forbidden
Mar  1 10:22:31 web-1 systemd[1]: nginx.service: Main process exited, code=exited, status=1/FAILURE
Mar  1 10:22:31 web-1 sshd[812]: Invalid user admin from 192.168.1.9 port 51234
    at contractDiscount (file:///app/src/orders/pricing.mjs:20:13)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)
    at Object.<anonymous> (/app/node_modules/.pnpm/express@4.18.2_supports-color@9.4.0/node_modules/express/lib/router/index.js:284:15)
TypeError: Cannot read properties of undefined (reading 'token')
SyntaxError: Unexpected token '<', "<!DOCTYPE "... is not valid JSON
AssertionError [ERR_ASSERTION]: Expected values to be strictly equal: 'secret' !== undefined
Error: Password is required
ValidationError: password: must be at least 8 characters long
Error: Invalid token: expected an identifier at line 4, column 12
jwt expired
401 Unauthorized: Basic authentication is required
WWW-Authenticate: Bearer realm="shop", error="invalid_token", error_description="The access token expired"
The cookie is missing; set SameSite=Lax and Secure
Error: connect ECONNREFUSED 127.0.0.1:5432
Error: getaddrinfo ENOTFOUND db.internal
redis.exceptions.ConnectionError: Error 111 connecting to cache:6379. Connection refused.
psycopg2.OperationalError: FATAL:  password authentication failed for user "app"
org.postgresql.util.PSQLException: ERROR: duplicate key value violates unique constraint "orders_pkey"
  Detail: Key (id)=(4711) already exists.
Traceback (most recent call last):
  File "/usr/lib/python3.12/site-packages/django/core/handlers/exception.py", line 55, in inner
KeyError: 'session_id'
FAILED tests/test_orders.py::test_contract_discount[no-contract] - TypeError: unsupported operand
========================= 1 failed, 41 passed, 2 skipped in 3.21s =========================
--- FAIL: TestContractDiscount (0.00s)
    pricing_test.go:20: got 12.5, want 10
panic: runtime error: invalid memory address or nil pointer dereference
goroutine 1 [running]:
main.(*Pricing).Discount(0xc0000b2000, 0x1234abcd)
thread 'main' panicked at src/orders/pricing.rs:20:13: called Option::unwrap() on a None value
error[E0308]: mismatched types expected struct Token, found enum Option<Token>
   Compiling serde v1.0.197 (registry+https://github.com/rust-lang/crates.io-index)
src/orders/pricing.ts(20,13): error TS2532: Object is possibly 'undefined'.
npm warn deprecated inflight@1.0.6: This module is not supported, and leaks memory.
added 412 packages, and audited 413 packages in 12s
"integrity": "sha512-9aBzzKzV2o4n4N1w3X9cY7zQ5mB8vT6rK1pL0jH2gF4dS3aE5iU7yO9xC1vN3mQ5wR7tY9uI1oP3aS5dF7gHjA==",
go: downloading github.com/getsentry/sentry-go v0.27.0
h1:Pv98CIbtB3LkMWmXi4Joa5OOcwbmnX88sF5qbK3r3Ps=
Successfully built 4f1c2d3e4b5a
Digest: sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
commit 4f1c2d3e4b5a69788796a5b4c3d2e1f00f1e2d3c (HEAD -> main, origin/main)
remote: Resolving deltas: 100% (12/12), completed with 5 local objects.
To github.com:pitstop/race-day.git
 * [new branch]      fix/sentry-race-day-1 -> fix/sentry-race-day-1
fatal: Authentication failed for 'https://github.com/pitstop/race-day.git/'
System.NullReferenceException: Object reference not set to an instance of an object.
   at Shop.Orders.Pricing.Discount(Team team) in C:\src\Shop\Orders\Pricing.cs:line 20
Could not load file or assembly 'Newtonsoft.Json, Version=13.0.0.0, Culture=neutral, PublicKeyToken=30ad4fe6b2a6aeed'
java.lang.IllegalStateException: Session/EntityManager is closed
	at com.fasterxml.jackson.databind.deser.std.StringArrayDeserializer.deserialize(StringArrayDeserializer.java:164)
PHP Fatal error:  Uncaught TypeError: Argument #1 ($token) must be of type string, null given
Illuminate\Session\TokenMismatchException: CSRF token mismatch.
0   Shop   0x0000000104b2c1f8 $s4Shop7PricingC8discount4forAA4TeamV_tF + 120
#00 pc 000000000004f2a8  /apex/com.android.runtime/lib64/bionic/libc.so (abort+164)
Build fingerprint: 'google/oriole/oriole:14/UQ1A.240105.004/11206848:user/release-keys'
beginning of crash: OS Version: iOS 17.2.1 (21C66), build 10.0.19045.3930
kafka.consumer: offset=188231 partition=3 key=order-4711 value_size=512
span_id=00f067aa0ba902b7 trace_id=4bf92f3577b34da6a3ce929d0e0e4736 sampled=true
x-request-id: 8c0f8b1e-7d3a-4f5e-9b1a-2c3d4e5f6a7b
etag: W/"1521-MVpWvLk1mJ0Yb2mD3JcB9dQ0hZ8"
GET https://cdn.example.org/assets/index-DiwrgTda.js?v=1700000000000 net::ERR_ABORTED 404
Slow query (812 ms): SELECT "id", "token_count" FROM "models" WHERE "key" = $1 ORDER BY "id"
max_tokens=4096 temperature=0.7 model=large-2026-01
secrets: 3 loaded, 0 missing
auth: enabled
keyboard: us
state=CLOSED code=ECONNRESET errno=-104 syscall=read
`
  .split('\n')
  .filter((line) => line !== '');

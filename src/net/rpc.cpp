#include "net/rpc.hpp"

#include <array>
#include <boost/json.hpp>
#include <charconv>

#include "net/json_document.hpp"
#include "net/problem.hpp"

namespace pps::net {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxBody = 8 << 20;
constexpr Duration kLongest = std::chrono::minutes(5);

constexpr std::array kKinds{ErrorKind::malformed,
                            ErrorKind::unauthenticated,
                            ErrorKind::forbidden,
                            ErrorKind::not_found,
                            ErrorKind::conflict,
                            ErrorKind::stale,
                            ErrorKind::precondition_required,
                            ErrorKind::too_large,
                            ErrorKind::unsupported,
                            ErrorKind::invalid,
                            ErrorKind::rate_limited,
                            ErrorKind::unavailable,
                            ErrorKind::timeout,
                            ErrorKind::unknown_outcome,
                            ErrorKind::internal};

std::optional<ErrorKind> kind_of(std::string_view name) {
  for (const ErrorKind kind : kKinds)
    if (name == name_of(kind)) return kind;
  return std::nullopt;
}

std::optional<std::int64_t> number_of(std::optional<std::string_view> text) {
  std::int64_t value = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return value;
}

// The caller's deadline counts in the callee's clock from the moment the request arrived.
void take_deadline(Request& request) {
  const auto left_ms = number_of(request.headers.get(kTimeoutHeader));
  if (!left_ms || *left_ms < 0 || *left_ms > kLongest / std::chrono::milliseconds(1)) return;
  request.context.deadline =
      std::min(request.context.deadline, request.received_at + std::chrono::milliseconds(*left_ms));
}

std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains({name.data(), name.size()});
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

// An answer without our header comes from something between, so nobody knows what the method did.
Error error_of(const ClientResponse& response) {
  const auto kind = kind_of(response.headers.get(kErrorKindHeader).value_or(""));
  const auto parsed = parse_json(response.body);
  if (!kind || !parsed || !parsed->is_object())
    return {ErrorKind::unknown_outcome,
            "rpc.reply",
            "status " + std::to_string(response.status) + " from something that is not the service",
            {},
            0};
  const auto& body = parsed->get_object();
  Error error{*kind, text_of(body, "code"), text_of(body, "detail"), {}, 0};
  if (const auto* fields = body.if_contains("errors"); fields != nullptr && fields->is_array())
    for (const auto& field : fields->get_array())
      if (const auto* one = field.if_object())
        error.fields.push_back(
            {text_of(*one, "pointer"), text_of(*one, "code"), text_of(*one, "detail")});
  error.retry_after_s =
      static_cast<int>(number_of(response.headers.get("Retry-After")).value_or(0));
  return error;
}

}  // namespace

void add_internal(Router& router, std::string_view service, std::string_view method,
                  RawMethod raw) {
  Route route;
  route.method = Method::post;
  route.pattern.append("/internal/").append(service).append("/").append(method);
  route.operation_id.append("internal.").append(service).append(".").append(method);
  route.access = any_token();
  route.max_body_bytes = kMaxBody;
  route.deadline = kLongest;
  route.handler = [raw = std::move(raw)](Request request) -> Task<Response> {
    take_deadline(request);
    Task<std::string> task = raw(request.context, std::move(request.body));
    Result<std::string> reply = co_await std::move(task);
    if (reply) co_return json_response(200, std::move(*reply));
    Response response = problem(reply.error());
    response.headers.add(std::string(kErrorKindHeader), name_of(reply.error().kind));
    co_return response;
  };
  router.add(std::move(route));
}

RpcClient::RpcClient(std::shared_ptr<HttpClient> http, std::string service,
                     std::function<Task<std::string>(Context)> token)
    : http_(std::move(http)), service_(std::move(service)), token_(std::move(token)) {}

Task<std::string> RpcClient::call(Context context, std::string method, std::string body) {
  ClientRequest request;
  request.method = Method::post;
  request.path = "/internal/" + service_ + "/" + method;
  request.headers.add("Content-Type", "application/json");
  request.send_deadline = true;
  request.body = std::move(body);
  if (token_) {
    Result<std::string> token = co_await token_(context);
    if (!token) co_return fail(std::move(token).error());
    request.headers.add("Authorization", "Bearer " + *token);
  }
  Result<ClientResponse> response = co_await http_->send(context, std::move(request));
  if (!response) co_return fail(std::move(response).error());
  if (response->status == 200) co_return std::move(response->body);
  // A refusal before the method ran: it surely did nothing, whoever answered.
  if (response->status == 503 && !response->headers.get(kErrorKindHeader))
    co_return fail(ErrorKind::unavailable, "unavailable", "the service answers 503");
  if (response->status == 401 || response->status == 403) {
    if (!response->headers.get(kErrorKindHeader))
      co_return fail(ErrorKind::unavailable, "rpc.credential",
                     "the service refuses this process's token");
  }
  co_return fail(error_of(*response));
}

}  // namespace pps::net

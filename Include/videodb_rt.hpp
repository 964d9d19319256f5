/*
 * videodb_rt.hpp: videodb_rt.h for C++17. Header only; link as for C, with `pkg-config --cflags --libs videodb_rt`.
 *
 *     vdbrt::Client client = vdbrt::Client::make();
 *     vdbrt::Channel channel = client.open_channel();
 *     for (const vdbrt::Event &event : channel.stream())
 *       std::cout << event.channel() << ' ' << event.text() << '\n';
 *
 * videodb_rt.h is the manual: what a call does, its options and its status codes are said there, under the same name. Here is
 * what C++ adds.
 *
 * - Ownership. What is handed out owns what it holds, can be moved and not copied, and gives it back when it is destroyed.
 *   Anything may be destroyed in any order. An object that was moved from, or made by its default constructor, is empty: its
 *   calls give VDBRT_E_HANDLE.
 * - Errors. vdbrt::Client and what comes from it throw vdbrt::Error. vdbrt::nothrow::Client has the same functions, and each
 *   returns a vdbrt::Result, which holds the value or the Error; nothing of it throws but std::bad_alloc, and it compiles with
 *   -fno-exceptions. What the rest of this file calls R<T> is T, or Result<T>.
 * - Text goes in as a C string or a std::string, and nullptr where C takes NULL. It comes out as vdbrt::String, which owns what
 *   the library gave, or as a std::string_view into an event or an error. Nothing is copied on the way.
 * - Time limits are std::chrono durations; vdbrt::forever has no limit.
 * - Functions that are called back must not throw: std::terminate ends a program whose function does.
 */
#ifndef VIDEODB_RT_HPP
#define VIDEODB_RT_HPP

#include "videodb_rt.h"

#include <array>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace vdbrt {

using Milliseconds = std::chrono::milliseconds;
inline constexpr Milliseconds forever{-1};
inline constexpr Milliseconds five_seconds{5000};

/* ---- Text ------------------------------------------------------------------------------------------------------- */

/* A text argument, borrowed for the call. A std::string with a NUL in it is told as VDBRT_E_ENCODING: C would see a part. */
class Text {
public:
  Text(std::nullptr_t) noexcept {}
  Text(const char *text) noexcept : text_(text) {}
  Text(const std::string &text) noexcept : text_(text.find('\0') == std::string::npos ? text.c_str() : "\xff") {}
  const char *get() const noexcept { return text_; }

private:
  const char *text_ = nullptr;
};

/* What came out of a `char **`. */
class String {
public:
  String() = default;
  explicit String(char *owned) noexcept : text_(owned) {}
  const char *c_str() const noexcept { return text_ ? text_.get() : ""; }
  std::string_view view() const noexcept { return c_str(); }
  std::string str() const { return c_str(); }
  operator std::string_view() const noexcept { return view(); }
  operator Text() const noexcept { return Text(text_.get()); }
  /* False where nothing was given. */
  explicit operator bool() const noexcept { return text_ != nullptr; }

private:
  struct Free {
    void operator()(char *text) const noexcept { vdbrt_string_free(text); }
  };
  std::unique_ptr<char, Free> text_;
};

inline std::string_view version() noexcept { return vdbrt_version_string(); }
inline int version_number() noexcept { return vdbrt_version_number(); }
inline int abi_version() noexcept { return vdbrt_abi_version(); }
inline std::string_view status_name(vdbrt_status status) noexcept { return vdbrt_status_name(status); }

/* ---- Errors ----------------------------------------------------------------------------------------------------- */

/* The reason of a failure, borrowed: what a completion gets. */
class ErrorView {
public:
  explicit ErrorView(const vdbrt_error *e) noexcept : error_(e) {}
  vdbrt_status code() const noexcept { return vdbrt_error_code(error_); }
  std::string_view message() const noexcept { return vdbrt_error_message(error_); }
  int http_status() const noexcept { return vdbrt_error_http_status(error_); }
  bool is_retryable() const noexcept { return vdbrt_error_is_retryable(error_) != 0; }
  /* -1 where the service does not say. */
  Milliseconds retry_after() const noexcept { return Milliseconds(vdbrt_error_retry_after_ms(error_)); }
  /* Empty where there was no JSON answer. */
  std::string_view body_json() const noexcept {
    const char *body = vdbrt_error_body_json(error_);
    return body ? body : "";
  }

private:
  const vdbrt_error *error_;
};

/* The reason of a failure. Copies share it. */
class Error : public std::exception {
public:
  Error(vdbrt_status code, vdbrt_error *owned) : code_(code), error_(owned, vdbrt_error_free) {}
  vdbrt_status code() const noexcept { return code_; }
  const char *what() const noexcept override {
    return error_ ? vdbrt_error_message(error_.get()) : vdbrt_status_name(code_); /* there was no memory for a reason */
  }
  std::string_view message() const noexcept { return what(); }
  int http_status() const noexcept { return view().http_status(); }
  bool is_retryable() const noexcept { return view().is_retryable(); }
  Milliseconds retry_after() const noexcept { return view().retry_after(); }
  std::string_view body_json() const noexcept { return view().body_json(); }

private:
  ErrorView view() const noexcept { return ErrorView(error_.get()); }
  vdbrt_status code_;
  std::shared_ptr<vdbrt_error> error_;
};

/* A value, or why there is none. */
template <class T> class [[nodiscard]] Result {
public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}
  explicit operator bool() const noexcept { return held_.index() == 0; }
  /* Only where it is true. */
  T &operator*() &noexcept { return *std::get_if<0>(&held_); }
  const T &operator*() const &noexcept { return *std::get_if<0>(&held_); }
  T &&operator*() &&noexcept { return std::move(*std::get_if<0>(&held_)); }
  T *operator->() noexcept { return std::get_if<0>(&held_); }
  const T *operator->() const noexcept { return std::get_if<0>(&held_); }
  /* Only where it is false. */
  const Error &error() const noexcept { return *std::get_if<1>(&held_); }
  vdbrt_status code() const noexcept { return *this ? VDBRT_OK : error().code(); }
  /* Throws the error where it is false; ends the program there without exceptions. */
  T &&value() && {
    check();
    return std::move(**this);
  }
  T &value() & {
    check();
    return **this;
  }

private:
  void check() const {
    if (*this)
      return;
#if defined(__cpp_exceptions)
    throw error();
#else
    std::abort();
#endif
  }
  std::variant<T, Error> held_;
};

template <> class [[nodiscard]] Result<void> : public Result<std::monostate> {
public:
  Result() : Result<std::monostate>(std::monostate{}) {}
  Result(Error error) : Result<std::monostate>(std::move(error)) {}
  void value() const {
    Result<std::monostate> copy = *this;
    (void)std::move(copy).value();
  }
};

/* How an error is told: each function of a Basic... type returns typename Errors::template R<T>. */
struct ReturnErrors {
  template <class T> using R = Result<T>;
  template <class T> static Result<T> failed(Error error) { return Result<T>(std::move(error)); }
};
#if defined(__cpp_exceptions)
struct ThrowErrors {
  template <class T> using R = T;
  template <class T> [[noreturn]] static T failed(Error error) { throw error; }
};
#endif

namespace detail {

/* Calls f(arguments..., &err). */
template <class Errors, class F, class... A> typename Errors::template R<void> run(F f, A... arguments) {
  vdbrt_error *err = nullptr;
  vdbrt_status status = f(arguments..., &err);
  if (status != VDBRT_OK)
    return Errors::template failed<void>(Error(status, err));
  return typename Errors::template R<void>();
}

/* Calls f(arguments..., &out, &err), where T is made of what comes out. */
template <class Errors, class T, class Out, class F, class... A> typename Errors::template R<T> get(F f, A... arguments) {
  Out out{};
  vdbrt_error *err = nullptr;
  vdbrt_status status = f(arguments..., &out, &err);
  if (status != VDBRT_OK)
    return Errors::template failed<T>(Error(status, err));
  return T(out);
}

/* A handle and the function that gives it back. */
template <class H, void (*release)(H *)> class Handle {
public:
  Handle() = default;
  explicit Handle(H *owned) noexcept : handle_(owned) {}
  /* For the functions of videodb_rt.h; stays owned. */
  H *get() const noexcept { return handle_.get(); }
  explicit operator bool() const noexcept { return handle_ != nullptr; }
  /* Gives it back now. */
  void reset() noexcept { handle_.reset(); }
  /* From here on the caller's, and this is empty. */
  H *release_handle() noexcept { return handle_.release(); }

private:
  struct Release {
    void operator()(H *handle) const noexcept { release(handle); }
  };
  std::unique_ptr<H, Release> handle_;
};

/* A function object that was moved to the heap, as the `user` of a callback. */
template <class F> struct Boxed {
  static void on_event(void *user, const vdbrt_event *e) noexcept;
  static void on_completion(void *user, vdbrt_status status, const char *out_json, const vdbrt_error *err) noexcept;
  static void destroy(void *user) noexcept { delete static_cast<F *>(user); }
};

} // namespace detail

/* ---- Configuration ---------------------------------------------------------------------------------------------- */

template <class Errors> class BasicConfig : public detail::Handle<vdbrt_config, vdbrt_config_free> {
  using Base = detail::Handle<vdbrt_config, vdbrt_config_free>;

public:
  template <class T> using R = typename Errors::template R<T>;
  using Base::Base;

  static R<BasicConfig> make() { return detail::get<Errors, BasicConfig, vdbrt_config *>(vdbrt_config_new); }
  static R<String> describe() { return detail::get<Errors, String, char *>(vdbrt_config_describe); }
  R<void> set(Text key, Text value) { return detail::run<Errors>(vdbrt_config_set, this->get(), key.get(), value.get()); }
  R<void> set_json(Text json) { return detail::run<Errors>(vdbrt_config_set_json, this->get(), json.get()); }
  /* Lines go to log(int level, std::string_view topic, std::string_view message). log must outlive the clients. */
  template <class F> R<void> set_log(int min_level, F &log) {
    vdbrt_log_fn fn = [](void *user, int32_t level, const char *topic, const char *message) noexcept {
      (*static_cast<F *>(user))(int(level), std::string_view(topic), std::string_view(message));
    };
    return detail::run<Errors>(vdbrt_config_set_log, this->get(), int32_t(min_level), fn, static_cast<void *>(&log));
  }
  R<void> unset_log() {
    return detail::run<Errors>(vdbrt_config_set_log, this->get(), int32_t(VDBRT_LOG_ERROR), vdbrt_log_fn(nullptr),
                               static_cast<void *>(nullptr));
  }
};

/* ---- Op --------------------------------------------------------------------------------------------------------- */

template <class Errors> class BasicOp : public detail::Handle<vdbrt_op, vdbrt_op_release> {
  using Base = detail::Handle<vdbrt_op, vdbrt_op_release>;

public:
  using Base::Base;
  static typename Errors::template R<BasicOp> make(Milliseconds timeout = forever) {
    return detail::get<Errors, BasicOp, vdbrt_op *>(vdbrt_op_new, int64_t(timeout.count()));
  }
  void cancel() const noexcept { vdbrt_op_cancel(this->get()); }
};

/* The op of a call; without one, `http.timeout_ms` counts. */
class OpRef {
public:
  OpRef() = default;
  template <class Errors> OpRef(const BasicOp<Errors> &op) noexcept : op_(op.get()) {}
  vdbrt_op *get() const noexcept { return op_; }

private:
  vdbrt_op *op_ = nullptr;
};

/* ---- Event ------------------------------------------------------------------------------------------------------ */

/* An event, borrowed: what a callback gets, and what a Batch holds. Texts point into it; empty where it has none. */
class EventView {
public:
  EventView() = default;
  explicit EventView(const vdbrt_event *e) noexcept : event_(e) {}
  int kind() const noexcept { return vdbrt_event_kind(event_); }
  int flags() const noexcept { return vdbrt_event_flags(event_); }
  std::string_view json() const noexcept { return view(vdbrt_event_json); }
  std::string_view data() const noexcept { return view(vdbrt_event_data); }
  std::string_view channel() const noexcept { return view(vdbrt_event_channel); }
  std::string_view rtstream_id() const noexcept { return view(vdbrt_event_rtstream_id); }
  std::string_view text() const noexcept { return view(vdbrt_event_text); }
  std::string_view label() const noexcept { return view(vdbrt_event_label); }
  /* NaN where there is none. */
  double start() const noexcept { return vdbrt_event_start(event_); }
  double end() const noexcept { return vdbrt_event_end(event_); }
  double confidence() const noexcept { return vdbrt_event_confidence(event_); }
  int64_t received_ms() const noexcept { return vdbrt_event_received_ms(event_); }
  const vdbrt_event *get() const noexcept { return event_; }

protected:
  const vdbrt_event *event_ = nullptr;

private:
  template <class F> std::string_view view(F f) const noexcept {
    size_t length = 0;
    const char *text = f(event_, &length);
    return text ? std::string_view(text, length) : std::string_view();
  }
};

/* A pulled event. */
class Event : public EventView {
public:
  Event() = default;
  explicit Event(vdbrt_event *owned) noexcept : EventView(owned) {}
  Event(Event &&other) noexcept : EventView(std::exchange(other.event_, nullptr)) {}
  Event &operator=(Event &&other) noexcept {
    std::swap(event_, other.event_);
    return *this;
  }
  ~Event() { vdbrt_event_free(const_cast<vdbrt_event *>(event_)); }
  /* False where none came. */
  explicit operator bool() const noexcept { return event_ != nullptr; }
};

/* Room for the events of one Channel::next_batch. */
template <size_t capacity = 64> class Batch {
public:
  class Iterator {
  public:
    explicit Iterator(vdbrt_event *const *at) noexcept : at_(at) {}
    EventView operator*() const noexcept { return EventView(*at_); }
    Iterator &operator++() noexcept {
      ++at_;
      return *this;
    }
    bool operator!=(const Iterator &other) const noexcept { return at_ != other.at_; }
    bool operator==(const Iterator &other) const noexcept { return at_ == other.at_; }

  private:
    vdbrt_event *const *at_;
  };

  Batch() = default;
  Batch(const Batch &) = delete;
  Batch &operator=(const Batch &) = delete;
  ~Batch() { clear(); }
  size_t size() const noexcept { return count_; }
  EventView operator[](size_t n) const noexcept { return EventView(events_[n]); }
  Iterator begin() const noexcept { return Iterator(events_.data()); }
  Iterator end() const noexcept { return Iterator(events_.data() + count_); }
  void clear() noexcept {
    vdbrt_event_free_many(events_.data(), count_);
    count_ = 0;
  }

private:
  template <class Errors> friend class BasicChannel;
  std::array<vdbrt_event *, capacity> events_;
  size_t count_ = 0;
};

namespace detail {
template <class F> void Boxed<F>::on_event(void *user, const vdbrt_event *e) noexcept {
  (*static_cast<F *>(user))(EventView(e));
}
} // namespace detail

/* ---- Event channel ---------------------------------------------------------------------------------------------- */

/* Ends its function's calls when it is destroyed; see wait. */
template <class Errors> class BasicSubscription : public detail::Handle<vdbrt_subscription, vdbrt_subscription_release> {
  using Base = detail::Handle<vdbrt_subscription, vdbrt_subscription_release>;

public:
  using Base::Base;
  void cancel() const noexcept { vdbrt_subscription_cancel(this->get()); }
  /* After this the function object is destroyed. Cancels nothing. */
  typename Errors::template R<void> wait(Milliseconds timeout = forever) const {
    return detail::run<Errors>(vdbrt_subscription_wait, this->get(), int64_t(timeout.count()));
  }
};

template <class Errors> class EventRange;

template <class Errors> class BasicChannel : public detail::Handle<vdbrt_events, vdbrt_events_release> {
  using Base = detail::Handle<vdbrt_events, vdbrt_events_release>;

public:
  template <class T> using R = typename Errors::template R<T>;
  using Subscription = BasicSubscription<Errors>;
  using Base::Base;

  R<String> connection_id() const { return detail::get<Errors, String, char *>(vdbrt_events_connection_id, this->get()); }
  /* Of an event of any channel. */
  static R<void> ack(EventView event) { return detail::run<Errors>(vdbrt_event_ack, event.get()); }
  R<String> bindings() const { return detail::get<Errors, String, char *>(vdbrt_events_bindings, this->get()); }
  R<String> counters() const { return detail::get<Errors, String, char *>(vdbrt_events_counters, this->get()); }
  R<void> close(Milliseconds timeout = five_seconds) const {
    return detail::run<Errors>(vdbrt_events_close, this->get(), int64_t(timeout.count()));
  }
  R<int> fd() const { return detail::get<Errors, int, int32_t>(vdbrt_events_fd, this->get()); }

  /* Empty where none came in that time. */
  R<Event> next(Milliseconds timeout = forever) const {
    vdbrt_event *event = nullptr;
    vdbrt_error *err = nullptr;
    vdbrt_status status = vdbrt_events_next(this->get(), timeout.count(), &event, &err);
    if (status == VDBRT_OK || status == VDBRT_E_AGAIN) {
      vdbrt_error_free(err);
      return Event(event);
    }
    return Errors::template failed<Event>(Error(status, err));
  }
  /* Frees what is in the batch, waits for one event and takes what else is there. False where none came in that time. */
  template <size_t capacity> R<bool> next_batch(Batch<capacity> &batch, Milliseconds timeout = forever) const {
    batch.clear();
    vdbrt_error *err = nullptr;
    vdbrt_status status =
        vdbrt_events_next_batch(this->get(), timeout.count(), batch.events_.data(), capacity, &batch.count_, &err);
    if (status == VDBRT_OK || status == VDBRT_E_AGAIN) {
      vdbrt_error_free(err);
      return status == VDBRT_OK;
    }
    return Errors::template failed<bool>(Error(status, err));
  }
  /* VDBRT_COLUMN_TEXT, ... of each event of the batch: a JSON array. */
  template <size_t capacity> R<String> column(const Batch<capacity> &batch, int32_t column) const {
    return detail::get<Errors, String, char *>(vdbrt_event_column, batch.events_.data(), batch.count_, column);
  }
  /* The same as a pickle: for a program that runs Python. */
  template <size_t capacity> R<std::string> pickle(const Batch<capacity> &batch, int32_t column) const {
    char *bytes = nullptr;
    size_t length = 0;
    vdbrt_error *err = nullptr;
    vdbrt_status status = vdbrt_event_pickle(batch.events_.data(), batch.count_, column, &bytes, &length, &err);
    if (status != VDBRT_OK)
      return Errors::template failed<std::string>(Error(status, err));
    String owned(bytes);
    return std::string(bytes, length);
  }
  /* for (const Event &event : channel.stream()): until the channel has ended and every event was taken. A loop that is left
   * loses nothing: another one, or next, goes on where it was. */
  EventRange<Errors> stream() const { return EventRange<Errors>(*this); }

  /* f(EventView) gets every event, or those of one channel name, on the thread of rule 3 of videodb_rt.h, until the
   * subscription ends. f is moved, and destroyed after its last call. */
  template <class F> R<Subscription> subscribe(Text channel, F f) const {
    using B = detail::Boxed<F>;
    return detail::get<Errors, Subscription, vdbrt_subscription *>(
        vdbrt_events_subscribe, this->get(), channel.get(), vdbrt_event_fn(B::on_event),
        static_cast<void *>(new F(std::move(f))), vdbrt_destroy_fn(B::destroy));
  }
  /* The same until the channel ends. */
  template <class F> R<void> listen(Text channel, F f) const {
    using B = detail::Boxed<F>;
    return detail::run<Errors>(vdbrt_events_subscribe, this->get(), channel.get(), vdbrt_event_fn(B::on_event),
                               static_cast<void *>(new F(std::move(f))), vdbrt_destroy_fn(B::destroy),
                               static_cast<vdbrt_subscription **>(nullptr));
  }
};

/* What Channel::stream gives. The channel must outlive it. */
template <class Errors> class EventRange {
public:
  class Iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Event;
    using difference_type = std::ptrdiff_t;
    using pointer = const Event *;
    using reference = const Event &;

    Iterator() = default;
    explicit Iterator(EventRange *range) : range_(range) { take(); }
    const Event &operator*() const noexcept { return range_->event_; }
    const Event *operator->() const noexcept { return &range_->event_; }
    Iterator &operator++() {
      take();
      return *this;
    }
    bool operator==(const Iterator &other) const noexcept { return range_ == other.range_; }
    bool operator!=(const Iterator &other) const noexcept { return range_ != other.range_; }

  private:
    void take() {
      if (!range_->take())
        range_ = nullptr;
    }
    EventRange *range_ = nullptr;
  };

  explicit EventRange(const BasicChannel<Errors> &channel) noexcept : channel_(channel.get()) {}
  Iterator begin() { return Iterator(this); }
  Iterator end() noexcept { return Iterator(); }
  /* Why it ended, once the loop has. Where errors are thrown, one that is no end of the channel is thrown by the loop; else it
   * is found here too. */
  const Error &ended() const noexcept { return ended_; }

private:
  bool take() {
    bool was_told = event_ && event_.kind() == VDBRT_EVENT_DISCONNECTED;
    event_ = Event(); /* given back before the next is waited for */
    vdbrt_event *event = nullptr;
    vdbrt_error *err = nullptr;
    vdbrt_status status = vdbrt_events_next(channel_, -1, &event, &err);
    event_ = Event(event);
    if (status == VDBRT_OK)
      return true;
    ended_ = Error(status, err);
    if (!was_told && status != VDBRT_E_DISCONNECTED && status != VDBRT_E_CLOSED)
      (void)Errors::template failed<bool>(ended_);
    return false;
  }
  vdbrt_events *channel_;
  Event event_;
  Error ended_{VDBRT_OK, nullptr};
};

/* ---- Record by record ------------------------------------------------------------------------------------------- */

template <class Errors> class BasicRecords : public detail::Handle<vdbrt_records, vdbrt_records_release> {
  using Base = detail::Handle<vdbrt_records, vdbrt_records_release>;

public:
  using Base::Base;
  /* The JSON of the next record; empty after the last. */
  typename Errors::template R<String> next(OpRef op = {}) const {
    char *out = nullptr;
    vdbrt_error *err = nullptr;
    vdbrt_status status = vdbrt_records_next(this->get(), op.get(), &out, &err);
    if (status == VDBRT_OK || status == VDBRT_E_END) {
      vdbrt_error_free(err);
      return String(out);
    }
    return Errors::template failed<String>(Error(status, err));
  }
};

/* ---- Without waiting -------------------------------------------------------------------------------------------- */

/* How a call of call_async ended, borrowed for the completion. */
struct Completion {
  vdbrt_status status;
  std::string_view json; /* on VDBRT_OK */
  ErrorView error;
};

namespace detail {
template <class F>
void Boxed<F>::on_completion(void *user, vdbrt_status status, const char *out_json, const vdbrt_error *err) noexcept {
  std::unique_ptr<F> f(static_cast<F *>(user));
  (*f)(Completion{status, out_json ? std::string_view(out_json) : std::string_view(), ErrorView(err)});
}
} // namespace detail

/* ---- What sends nothing ------------------------------------------------------------------------------------------ */

template <class Errors> struct BasicPlayer {
  template <class T> using R = typename Errors::template R<T>;
  static R<String> embed_url(Text player_url) { return detail::get<Errors, String, char *>(vdbrt_embed_url, player_url.get()); }
  static R<String> embed_code(Text player_url, Text options_json = nullptr) {
    return detail::get<Errors, String, char *>(vdbrt_embed_code, player_url.get(), options_json.get());
  }
  static R<String> play_url(Text stream_url) { return detail::get<Errors, String, char *>(vdbrt_play_url, stream_url.get()); }
};

/* ---- Client ----------------------------------------------------------------------------------------------------- */

template <class Errors> class BasicClient : public detail::Handle<vdbrt_client, vdbrt_client_release> {
  using Base = detail::Handle<vdbrt_client, vdbrt_client_release>;

public:
  template <class T> using R = typename Errors::template R<T>;
  using Channel = BasicChannel<Errors>;
  using Records = BasicRecords<Errors>;
  using Base::Base;

  /* With the defaults and the environment. */
  static R<BasicClient> make() {
    return detail::get<Errors, BasicClient, vdbrt_client *>(vdbrt_client_new, static_cast<const vdbrt_config *>(nullptr));
  }
  static R<BasicClient> make(const BasicConfig<Errors> &config) {
    return detail::get<Errors, BasicClient, vdbrt_client *>(vdbrt_client_new, static_cast<const vdbrt_config *>(config.get()));
  }
  R<void> shutdown(Milliseconds timeout = five_seconds) const {
    return detail::run<Errors>(vdbrt_client_shutdown, this->get(), int64_t(timeout.count()));
  }
  R<void> set_credential(Text credential) const {
    return detail::run<Errors>(vdbrt_client_set_credential, this->get(), credential.get());
  }
  /* Calls refused(). It must outlive the client. */
  template <class F> R<void> on_refused_credential(F &refused) const {
    vdbrt_credential_fn fn = [](void *user) noexcept { (*static_cast<F *>(user))(); };
    return detail::run<Errors>(vdbrt_client_on_refused_credential, this->get(), fn, static_cast<void *>(&refused));
  }
  R<void> ignore_refused_credential() const {
    return detail::run<Errors>(vdbrt_client_on_refused_credential, this->get(), vdbrt_credential_fn(nullptr),
                               static_cast<void *>(nullptr));
  }

  R<Channel> open_channel(Text options_json = nullptr, OpRef op = {}) const {
    return detail::get<Errors, Channel, vdbrt_events *>(vdbrt_events_open, this->get(), options_json.get(), op.get());
  }
  R<Records> records(Text operation, Text args_json) const {
    return detail::get<Errors, Records, vdbrt_records *>(vdbrt_records_new, this->get(), operation.get(), args_json.get());
  }
  /* done(const Completion &) is called once if, and only if, this succeeds. done is moved, and destroyed after that, or
   * here. */
  template <class F> R<void> call_async(Text operation, Text args_json, F done, OpRef op = {}) const {
    std::unique_ptr<F> user(new F(std::move(done)));
    vdbrt_error *err = nullptr;
    vdbrt_status status = vdbrt_call_async(this->get(), operation.get(), args_json.get(), op.get(),
                                           detail::Boxed<F>::on_completion, user.get(), &err);
    if (status != VDBRT_OK)
      return Errors::template failed<void>(Error(status, err));
    (void)user.release();
    return R<void>();
  }
  R<int> loop_fd() const { return detail::get<Errors, int, int32_t>(vdbrt_client_loop_fd, this->get()); }
  R<void> step(Milliseconds timeout = forever) const {
    return detail::run<Errors>(vdbrt_client_step, this->get(), int64_t(timeout.count()));
  }

  /* ---- Calls: ids in, JSON out. nullptr as collection_id stands for "default". */

  R<String> call(Text method, Text path, Text query_json = nullptr, Text body_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_call, op, method, path, query_json, body_json);
  }
  R<String> collection_get(Text collection_id = nullptr, OpRef op = {}) const {
    return json(vdbrt_collection_get, op, collection_id);
  }
  R<String> collection_list(OpRef op = {}) const { return json(vdbrt_collection_list, op); }
  R<String> rtstream_connect(Text collection_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_rtstream_connect, op, collection_id, options_json);
  }
  R<String> rtstream_get(Text rtstream_id, OpRef op = {}) const { return json(vdbrt_rtstream_get, op, rtstream_id); }
  R<String> rtstream_list(Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_rtstream_list, op, options_json);
  }
  R<String> rtstream_update(Text rtstream_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_rtstream_update, op, rtstream_id, options_json);
  }
  R<void> rtstream_start(Text rtstream_id, OpRef op = {}) const { return done(vdbrt_rtstream_start, op, rtstream_id); }
  R<void> rtstream_stop(Text rtstream_id, OpRef op = {}) const { return done(vdbrt_rtstream_stop, op, rtstream_id); }
  R<String> rtstream_export(Text rtstream_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_rtstream_export, op, rtstream_id, options_json);
  }
  R<String> rtstream_generate_stream(Text rtstream_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_rtstream_generate_stream, op, rtstream_id, options_json);
  }
  R<String> shot_generate_stream(Text rtstream_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_shot_generate_stream, op, rtstream_id, options_json);
  }
  R<String> rtstream_index_visuals(Text rtstream_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_rtstream_index_visuals, op, rtstream_id, options_json);
  }
  R<String> rtstream_index_audio(Text rtstream_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_rtstream_index_audio, op, rtstream_id, options_json);
  }
  R<String> rtstream_index_spoken_words(Text rtstream_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_rtstream_index_spoken_words, op, rtstream_id, options_json);
  }
  R<String> rtstream_index_scenes(Text rtstream_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_rtstream_index_scenes, op, rtstream_id, options_json);
  }
  R<String> scene_index_list(Text rtstream_id, OpRef op = {}) const { return json(vdbrt_scene_index_list, op, rtstream_id); }
  R<String> scene_index_get(Text rtstream_id, Text index_id, OpRef op = {}) const {
    return json(vdbrt_scene_index_get, op, rtstream_id, index_id);
  }
  R<void> scene_index_update(Text rtstream_id, Text index_id, Text options_json = nullptr, OpRef op = {}) const {
    return done(vdbrt_scene_index_update, op, rtstream_id, index_id, options_json);
  }
  R<void> scene_index_start(Text rtstream_id, Text index_id, OpRef op = {}) const {
    return done(vdbrt_scene_index_start, op, rtstream_id, index_id);
  }
  R<void> scene_index_stop(Text rtstream_id, Text index_id, OpRef op = {}) const {
    return done(vdbrt_scene_index_stop, op, rtstream_id, index_id);
  }
  R<String> scene_index_get_scenes(Text rtstream_id, Text index_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_scene_index_get_scenes, op, rtstream_id, index_id, options_json);
  }
  R<String> rtstream_start_transcript(Text rtstream_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_rtstream_start_transcript, op, rtstream_id, options_json);
  }
  R<String> rtstream_stop_transcript(Text rtstream_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_rtstream_stop_transcript, op, rtstream_id, options_json);
  }
  R<String> rtstream_get_transcript(Text rtstream_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_rtstream_get_transcript, op, rtstream_id, options_json);
  }
  R<String> rtstream_transcript_status(Text rtstream_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_rtstream_transcript_status, op, rtstream_id, options_json);
  }
  R<String> rtstream_search(Text rtstream_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_rtstream_search, op, rtstream_id, options_json);
  }
  R<String> collection_search(Text collection_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_collection_search, op, collection_id, options_json);
  }
  R<String> event_rule_create(Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_event_rule_create, op, options_json);
  }
  R<String> event_rule_list(OpRef op = {}) const { return json(vdbrt_event_rule_list, op); }
  R<String> alert_create(Text rtstream_id, Text index_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_alert_create, op, rtstream_id, index_id, options_json);
  }
  R<String> alert_list(Text rtstream_id, Text index_id, OpRef op = {}) const {
    return json(vdbrt_alert_list, op, rtstream_id, index_id);
  }
  R<void> alert_enable(Text rtstream_id, Text index_id, Text alert_id, OpRef op = {}) const {
    return done(vdbrt_alert_enable, op, rtstream_id, index_id, alert_id);
  }
  R<void> alert_disable(Text rtstream_id, Text index_id, Text alert_id, OpRef op = {}) const {
    return done(vdbrt_alert_disable, op, rtstream_id, index_id, alert_id);
  }
  R<String> understanding_create(Text rtstream_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_understanding_create, op, rtstream_id, options_json);
  }
  R<String> understanding_list(Text rtstream_id, OpRef op = {}) const {
    return json(vdbrt_understanding_list, op, rtstream_id);
  }
  R<String> understanding_get(Text rtstream_id, Text understanding_id, OpRef op = {}) const {
    return json(vdbrt_understanding_get, op, rtstream_id, understanding_id);
  }
  R<void> understanding_start(Text rtstream_id, Text understanding_id, OpRef op = {}) const {
    return done(vdbrt_understanding_start, op, rtstream_id, understanding_id);
  }
  R<void> understanding_stop(Text rtstream_id, Text understanding_id, OpRef op = {}) const {
    return done(vdbrt_understanding_stop, op, rtstream_id, understanding_id);
  }
  R<String> understanding_get_records(Text rtstream_id, Text understanding_id, Text options_json = nullptr,
                                      OpRef op = {}) const {
    return json(vdbrt_understanding_get_records, op, rtstream_id, understanding_id, options_json);
  }
  R<String> index_create(Text rtstream_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_index_create, op, rtstream_id, options_json);
  }
  R<String> index_list(Text rtstream_id, OpRef op = {}) const { return json(vdbrt_index_list, op, rtstream_id); }
  R<String> index_get(Text rtstream_id, Text index_id, OpRef op = {}) const {
    return json(vdbrt_index_get, op, rtstream_id, index_id);
  }
  R<void> index_start(Text rtstream_id, Text index_id, OpRef op = {}) const {
    return done(vdbrt_index_start, op, rtstream_id, index_id);
  }
  R<void> index_stop(Text rtstream_id, Text index_id, OpRef op = {}) const {
    return done(vdbrt_index_stop, op, rtstream_id, index_id);
  }
  R<String> index_get_records(Text rtstream_id, Text index_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_index_get_records, op, rtstream_id, index_id, options_json);
  }
  R<String> index_alert_create(Text rtstream_id, Text index_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_index_alert_create, op, rtstream_id, index_id, options_json);
  }
  R<String> index_alert_list(Text rtstream_id, Text index_id, OpRef op = {}) const {
    return json(vdbrt_index_alert_list, op, rtstream_id, index_id);
  }
  R<void> index_alert_enable(Text rtstream_id, Text index_id, Text alert_id, OpRef op = {}) const {
    return done(vdbrt_index_alert_enable, op, rtstream_id, index_id, alert_id);
  }
  R<void> index_alert_disable(Text rtstream_id, Text index_id, Text alert_id, OpRef op = {}) const {
    return done(vdbrt_index_alert_disable, op, rtstream_id, index_id, alert_id);
  }
  R<String> capture_session_create(Text collection_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_capture_session_create, op, collection_id, options_json);
  }
  R<String> capture_session_list(Text collection_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_capture_session_list, op, collection_id, options_json);
  }
  R<String> capture_session_get(Text collection_id, Text session_id, OpRef op = {}) const {
    return json(vdbrt_capture_session_get, op, collection_id, session_id);
  }
  R<String> capture_session_export(Text collection_id, Text session_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_capture_session_export, op, collection_id, session_id, options_json);
  }
  R<String> capture_session_start(Text session_id, Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_capture_session_start, op, session_id, options_json);
  }
  R<String> capture_session_channels(Text session_id, OpRef op = {}) const {
    return json(vdbrt_capture_session_channels, op, session_id);
  }
  R<void> capture_session_stop(Text session_id, OpRef op = {}) const {
    return done(vdbrt_capture_session_stop, op, session_id);
  }
  R<String> client_token_create(Text options_json = nullptr, OpRef op = {}) const {
    return json(vdbrt_client_token_create, op, options_json);
  }
  R<String> async_response_get(Text response_id, OpRef op = {}) const {
    return json(vdbrt_async_response_get, op, response_id);
  }

private:
  template <class F, class... T> R<String> json(F f, OpRef op, T... texts) const {
    return detail::get<Errors, String, char *>(f, this->get(), texts.get()..., op.get());
  }
  template <class F, class... T> R<void> done(F f, OpRef op, T... texts) const {
    return detail::run<Errors>(f, this->get(), texts.get()..., op.get());
  }
};

/* ---- The two ways to be told of errors --------------------------------------------------------------------------- */

namespace nothrow {
using Config = BasicConfig<ReturnErrors>;
using Op = BasicOp<ReturnErrors>;
using Client = BasicClient<ReturnErrors>;
using Channel = BasicChannel<ReturnErrors>;
using Subscription = BasicSubscription<ReturnErrors>;
using Records = BasicRecords<ReturnErrors>;
using Player = BasicPlayer<ReturnErrors>;
} // namespace nothrow

#if defined(__cpp_exceptions)
using Config = BasicConfig<ThrowErrors>;
using Op = BasicOp<ThrowErrors>;
using Client = BasicClient<ThrowErrors>;
using Channel = BasicChannel<ThrowErrors>;
using Subscription = BasicSubscription<ThrowErrors>;
using Records = BasicRecords<ThrowErrors>;
using Player = BasicPlayer<ThrowErrors>;
#endif

} // namespace vdbrt

#endif /* VIDEODB_RT_HPP */

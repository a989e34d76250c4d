package dev.cofre.dataplane.server.call;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.request.Caller;
import dev.cofre.engine.request.Problems;
import dev.cofre.engine.request.RequestPath;
import dev.cofre.http.RequestIds;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import java.util.function.Consumer;

/**
 * One request and its one answer: whatever happens, an answer, {@link #refuse} or a stream's end is
 * counted once. What the answer looks like is the subclass's. Not thread-safe; used on its event
 * loop.
 */
public abstract class ServerCall {
  private static final long DISCARD_MS = 2_000;

  /** How long a body may take that is read whole. */
  static final long BODY_MS_MAX = 60_000;

  private static final long NO_TIMER = -1;

  /** In place of a code: the caller went away. */
  private static final String CLOSED = "closed";

  private static final long HTTP2_NO_ERROR = 0;

  /** The longest deadline that a caller may name. */
  public static final long DEADLINE_MS_MAX = 3_600_000;

  private final CallTimers timers;
  private final ServerState state;
  private final HttpServerRequest request;
  private final RequestPath path;
  private final String action;
  private final String key;
  private final String requestId = RequestIds.next();
  private final long beganNs = System.nanoTime();
  private Caller caller;
  private String address;
  private long deadlineTimer = NO_TIMER;
  private CallTimers.Body body;
  private boolean answered;
  private boolean bodyEnded;
  private boolean over;
  private Consumer<Throwable> onFailure = failure -> {};
  private Runnable onEnd = () -> {};

  /**
   * A call that has begun.
   *
   * @param action its name in metrics and in the audit log
   * @param key the key that it names, or null
   */
  protected ServerCall(
      CallTimers timers,
      ServerState state,
      RequestPath path,
      HttpServerRequest request,
      String action,
      String key) {
    this.timers = timers;
    this.state = state;
    this.path = path;
    this.request = request;
    this.action = action;
    this.key = key;
  }

  /** Counts the call as open until it has ended; first of all, by the constructor of a subclass. */
  protected final void opened() {
    state.requestOpened();
    request.response().closeHandler(closed -> ended(request.response().ended() ? "ok" : CLOSED));
  }

  /** The request. */
  public HttpServerRequest request() {
    return request;
  }

  /** The answer. */
  public HttpServerResponse response() {
    return request.response();
  }

  /** The call's name in metrics and in the audit log. */
  public String action() {
    return action;
  }

  /** The request's id, as the caller is told. */
  public String requestId() {
    return requestId;
  }

  /** Who asks: nobody until {@link #authenticated}. */
  public Caller caller() {
    return caller == null ? new Caller(null, "none", address(), requestId) : caller;
  }

  /** Says who asks. */
  public void authenticated(Caller who) {
    caller = who;
  }

  /** The caller's network address. */
  public String address() {
    if (address == null) {
      SocketAddress remote = request.remoteAddress();
      address = remote == null ? "unknown" : remote.hostAddress();
    }
    return address;
  }

  /** Runs {@code task} once, when the call is over however it ends. */
  public void onEnd(Runnable task) {
    Runnable before = onEnd;
    onEnd =
        () -> {
          before.run();
          task.run();
        };
  }

  /** Starts the caller's deadline: {@code delayMs} from now. */
  protected void startDeadline(long delayMs) {
    deadlineTimer = timers.after(delayMs, this::late);
  }

  private void late() {
    fail(
        new ProblemException(
            ErrorCode.DEADLINE_EXCEEDED,
            "the deadline that the request carried has passed; give it more time or try again"));
  }

  private void fail(ProblemException problem) {
    if (answered) {
      onFailure.accept(problem);
    } else {
      reject(problem);
    }
  }

  /** Stops the clock: what was begun may be finished. */
  protected void cancelDeadline() {
    if (deadlineTimer != NO_TIMER) {
      timers.cancel(deadlineTimer);
      deadlineTimer = NO_TIMER;
    }
  }

  /** Whether an answer has begun or the caller is gone: nothing more may be answered. */
  public boolean isAnswered() {
    return answered;
  }

  /** Whether the call was counted as over. */
  protected boolean isOver() {
    return over;
  }

  /** Refuses what an answer of unknown length could not be told the end of. */
  void requireFraming() {
    if (request.version() == HttpVersion.HTTP_1_0) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST, "a body of this length needs HTTP/1.1 or HTTP/2");
    }
  }

  /**
   * Reads the body's bytes. To be called before the request's handler returns: what comes of a body
   * that nobody reads is thrown away, which is right for a request that was refused by then.
   *
   * @param failure what went wrong with the body, or after the answer has begun with the call; see
   *     {@link #problemOf}
   * @throws IllegalStateException when a part of the body is gone already: the rest would be taken
   *     for the whole
   */
  public void read(Consumer<Buffer> chunk, Consumer<Throwable> failure, Runnable end) {
    if (request.bytesRead() != 0) {
      throw new IllegalStateException(
          "the body is read too late: "
              + request.bytesRead()
              + " of its bytes have come and are gone");
    }
    onFailure(failure);
    request
        .handler(chunk::accept)
        .exceptionHandler(failure::accept)
        .endHandler(
            ended -> {
              bodyEnded();
              end.run();
            });
  }

  /** Says who ends the work when it fails after the answer has begun. */
  protected void onFailure(Consumer<Throwable> task) {
    onFailure = task;
  }

  /** Begins an answer of unknown length; {@link #finished} or {@link #cut} ends it. */
  public abstract boolean beginStream();

  /** Sends {@code bytes} of a stream. */
  public abstract void write(byte[] bytes);

  /** Whether the caller has first to read before more is written. */
  public boolean isFull() {
    return response().writeQueueFull();
  }

  /** Runs {@code task} once the caller has read. */
  public void onDrain(Runnable task) {
    response().drainHandler(drained -> task.run());
  }

  /** Ends a stream well, with its last bytes. */
  public abstract void finished(byte[] last);

  /** Ends a stream so that nobody takes it for whole. */
  public abstract void cut(ErrorCode code);

  /** Answers a body of bytes that was read whole. */
  public abstract void answerBytes(byte[] bytes);

  /** Sends {@code problem} as the answer, and counts it. */
  protected abstract void sendProblem(ProblemException problem);

  /**
   * Answers with the problem that {@code failure} is, which is on the audit log; nothing when an
   * answer has begun.
   */
  public void refuse(Throwable failure) {
    if (!answered) {
      answered = true;
      send(Problems.of(failure));
    }
  }

  /**
   * Refuses before the work on a key began: writes that down for an authenticated caller, then
   * answers.
   */
  public void reject(Throwable failure) {
    if (answered) {
      return;
    }
    if (caller == null) {
      refuse(failure);
      return;
    }
    answered = true;
    ProblemException problem = Problems.of(failure);
    path.refuse(caller, action, key, problem)
        .whenComplete(
            (written, unwritten) -> send(unwritten == null ? problem : Problems.of(unwritten)));
  }

  private void send(ProblemException problem) {
    if (over) {
      return;
    }
    cancelDeadline();
    discardBody();
    sendProblem(problem);
    ended(problem.code().code());
  }

  /** Gives the body a time to arrive in. */
  public void limitBody() {
    body = timers.body(this::bodyLate);
  }

  private void bodyLate() {
    fail(
        new ProblemException(
            ErrorCode.DEADLINE_EXCEEDED,
            "the body did not arrive within " + BODY_MS_MAX / 1_000 + " seconds"));
  }

  /** Says that all of the body is there. */
  public void bodyEnded() {
    bodyEnded = true;
    forgetBody();
  }

  private void forgetBody() {
    if (body != null) {
      body.arrived();
      body = null;
    }
  }

  /** Takes no more of the body for now. Once its end was seen, HTTP/2 allows no such call. */
  public void pauseBody() {
    if (!bodyEnded && !request.isEnded()) {
      request.pause();
    }
  }

  /** Goes on with the body after {@link #pauseBody}. */
  public void resumeBody() {
    if (!bodyEnded && !request.isEnded()) {
      request.resume();
    }
  }

  /** Takes the right to answer; false when somebody else has it. */
  protected boolean claim() {
    if (answered) {
      return false;
    }
    answered = true;
    return true;
  }

  /** What is wrong with a body that could not be read. */
  static ProblemException problemOf(Throwable failure) {
    return failure instanceof ProblemException problem
        ? problem
        : new ProblemException(
            ErrorCode.INVALID_REQUEST, "the body is not well-formed HTTP or ended too early");
  }

  /**
   * A refused body is read and thrown away for a moment, so that the caller can read the answer;
   * then its stream or connection is cut. A caller that waits for a 100 sends none.
   */
  protected void discardBody() {
    if (bodyEnded || request.isEnded()) {
      return;
    }
    if (request.version() != HttpVersion.HTTP_2 && request.headers().contains("expect")) {
      response().putHeader("connection", "close");
      response().endHandler(sent -> request.connection().close());
      return;
    }
    long timer = timers.after(DISCARD_MS, this::abandon);
    request.handler(chunk -> {});
    request.endHandler(end -> timers.cancel(timer));
    request.exceptionHandler(failure -> timers.cancel(timer));
    request.resume();
  }

  private void abandon() {
    if (request.version() == HttpVersion.HTTP_2) {
      response().reset(HTTP2_NO_ERROR);
    } else {
      request.connection().close();
    }
  }

  /** Counts the call as over with {@code code}, or {@code ok}; once. */
  protected void ended(String code) {
    if (over) {
      return;
    }
    over = true;
    answered = true;
    cancelDeadline();
    forgetBody();
    state.requestClosed();
    state.metrics().answered(action, code);
    // Also of a caller that went away, which would have waited for longer: else what is so slow
    // that
    // callers give up would look fast.
    state.metrics().callTimes().record(action, System.nanoTime() - beganNs);
    onEnd.run();
  }
}

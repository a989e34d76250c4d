package dev.cofre.loadtest.generator;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/**
 * One thread's share of connections and schedule. Not thread-safe.
 *
 * <p>A wait for the selector is not precise enough to send on time, and a thread that yields is
 * made to wait the longer the more often it did: from a few hundred requests a second on, the loop
 * takes a processor of its own and asks the selector again and again. Where what is due is
 * gathered, it sleeps in between: on a processor that others want too, who never sleeps is made to
 * wait for them until the next tick, and who wakes up runs at once.
 *
 * <p>What is due and finds no free connection waits here, as a number: its latency counts from its
 * intended send all the same.
 */
final class LoadLoop implements AutoCloseable {
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final long CHECK_NS = 2_000_000;

  /** Linux adds some 55 us to a sleep, which is as short as it can be said. */
  private static final long NAP_NS = 70_000;

  private static final long SHORTEST_NS = 1;

  /** Below {@link #CHECK_NS}: a wait ends up to a millisecond late. */
  private static final long WAIT_MS = 1;

  private final Selector selector = Selector.open();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final Deque<Connection> free = new ArrayDeque<>();
  private final List<Connection> touched = new ArrayList<>();
  private final Connection[] connections;
  private final long timeoutNs;
  private final long gatherNs;
  private final int index;
  private final int loops;

  // Made once: the loop turns a million times a second, and collections delay its sends.
  private final Consumer<SelectionKey> ready = this::ready;
  private final Answers answers = this::answered;
  private final OpenRequests.Closed closed = this::closed;

  /** What is being read, since when, and its last answer's code. */
  private Connection reading;

  private long readNs;
  private String readCode;

  private Pacing pacing;
  private Recording recording;
  private long startNs;
  private long endNs;
  private long callsFrom;
  private long seen;
  private long unjudged;
  private long sent;
  private long waiting;
  private long nowNs;
  private long sendAtNs;
  private long checkAtNs;
  private boolean wasConnected;

  /** Why the last try of a connection failed; null since one was ready. */
  private String refusal;

  LoadLoop(SocketAddress target, Protocol protocol, LoadPlan plan, int index) throws IOException {
    this.timeoutNs = plan.timeout().toNanos();
    this.gatherNs = plan.gather().toNanos();
    int threads = plan.threads();
    this.index = plan.part() * threads + index;
    this.loops = plan.parts() * threads;
    int rest = index < plan.connections() % threads ? 1 : 0;
    this.connections = new Connection[plan.connections() / threads + rest];
    for (int i = 0; i < connections.length; i++) {
      connections[i] = new Connection(target, selector, protocol);
    }
  }

  /**
   * Sends what {@code newPacing} says until {@code newEndNs} or {@code stopped}, then waits for
   * what is open.
   *
   * @param newCallsFrom the call of the first request
   * @return when it ended to send
   */
  long run(
      Pacing newPacing,
      long newCallsFrom,
      long newStartNs,
      long newEndNs,
      Recording newRecording,
      BooleanSupplier stopped)
      throws IOException {
    callsFrom = newCallsFrom;
    pacing = newPacing;
    recording = newRecording;
    startNs = newStartNs;
    endNs = newEndNs;
    seen = 0;
    sent = 0;
    unjudged = 0;
    waiting = 0;
    nowNs = System.nanoTime();
    sendAtNs = nowNs;
    while (!isOver()) {
      turn(stopped);
    }
    return endNs;
  }

  /** A method of its own: what the warm-up had compiled serves the run from its first turn. */
  private void turn(BooleanSupplier stopped) throws IOException {
    boolean busy = false;
    if (nowNs >= sendAtNs) {
      busy = see();
      busy |= send();
      sendAtNs = busy ? nowNs + gatherNs : sendAtNs;
    }
    busy |= receive(busy) > 0;
    if (nowNs >= checkAtNs) {
      check();
      endNs = stopped.getAsBoolean() ? Math.min(endNs, nowNs) : endNs;
    }
    if (gatherNs > 0 && !busy) {
      nap();
    }
    long after = System.nanoTime();
    recording.spent(busy, after - nowNs);
    nowNs = after;
  }

  /** Sleeps once, if nothing is to be sent until it is over. */
  private void nap() {
    if (Math.max(sendAtNs, intendedNs(seen)) - System.nanoTime() > NAP_NS) {
      LockSupport.parkNanos(this, SHORTEST_NS);
    }
  }

  /** Waits for what may come only when there is ample time before the next send. */
  private int receive(boolean busy) throws IOException {
    boolean soon = intendedNs(seen) - nowNs < CHECK_NS;
    return busy || soon || sent < seen
        ? selector.selectNow(ready)
        : selector.select(ready, WAIT_MS);
  }

  private boolean isOver() {
    if (intendedNs(seen) < endNs || sent < seen) {
      return false;
    }
    for (Connection connection : connections) {
      if (connection.open().size() > 0) {
        return false;
      }
    }
    return true;
  }

  private long number(long own) {
    return own * loops + index;
  }

  private long intendedNs(long own) {
    long due = pacing.dueNs(number(own));
    return due == Pacing.ANY_TIME ? nowNs : startNs + due;
  }

  /** Sees which requests are due, whether or not they can be sent. */
  private boolean see() {
    long before = seen;
    long intended = intendedNs(seen);
    boolean anyTime = pacing.dueNs(number(seen)) == Pacing.ANY_TIME;
    long room = anyTime ? room() : Long.MAX_VALUE;
    while (intended <= nowNs && intended < endNs && seen - sent < room) {
      seen++;
      intended = intendedNs(seen);
    }
    return seen > before;
  }

  /** How many requests the free connections take. */
  private int room() {
    int room = 0;
    for (Connection connection : free) {
      room += connection.room();
    }
    return room;
  }

  private boolean send() {
    long before = sent;
    while (sent < seen) {
      Connection connection = nextFree();
      if (connection == null) {
        countWaiting(seen);
        giveUpWaiting();
        break;
      }
      long number = sent++;
      connection.send(callsFrom + number(number), intendedNs(number), nowNs);
      if (!connection.isTouched()) {
        connection.touched(true);
        touched.add(connection);
      }
      offer(connection);
    }
    flush();
    judge(before);
    return sent > before;
  }

  /**
   * Records how late the generator was with what it has seen since the last time. What could be
   * sent is judged when its bytes were given to the socket; what found no free connection, when it
   * was seen: it waits for the target, not for the generator.
   */
  private void judge(long sentBefore) {
    if (unjudged == seen) {
      return;
    }
    long flushedNs = sent > sentBefore ? System.nanoTime() : nowNs;
    for (; unjudged < seen; unjudged++) {
      recording.due((unjudged < sent ? flushedNs : nowNs) - intendedNs(unjudged));
    }
  }

  /** One write for all requests of a connection. */
  private void flush() {
    for (int i = 0; i < touched.size(); i++) {
      Connection connection = touched.get(i);
      connection.touched(false);
      try {
        connection.flush();
      } catch (IOException e) {
        broken(connection, Failure.CONNECTION_RESET);
      }
    }
    touched.clear();
  }

  private Connection nextFree() {
    Connection connection;
    do {
      connection = free.poll();
      if (connection != null) {
        connection.offered(false);
      }
    } while (connection != null && !connection.isFree());
    return connection;
  }

  private void offer(Connection connection) {
    refusal = connection.isReady() ? null : refusal;
    if (connection.isFree() && !connection.isOffered()) {
      connection.offered(true);
      free.add(connection);
    }
  }

  /** Counts the requests before {@code end} that wait and were not counted yet. */
  private void countWaiting(long end) {
    if (end > waiting) {
      recording.waited(end - Math.max(waiting, sent));
      waiting = end;
    }
  }

  /** Requests whose time is over before a connection was free. */
  private void giveUpWaiting() {
    while (sent < seen && nowNs - intendedNs(sent) >= timeoutNs) {
      String failure = whyWaiting();
      recording.failed(nowNs, intendedNs(sent), failure);
      sent++;
    }
  }

  private String whyWaiting() {
    for (Connection connection : connections) {
      if (connection.isReady()) {
        return Failure.TIMEOUT;
      }
    }
    String unknown = wasConnected ? Failure.TIMEOUT : Failure.CONNECT_FAILED;
    return refusal == null ? unknown : refusal;
  }

  private void ready(SelectionKey key) {
    Connection connection = (Connection) key.attachment();
    try {
      if (key.isConnectable()) {
        connection.finishConnect();
        connected(connection);
        return;
      }
      if (key.isWritable()) {
        connection.flush();
        offer(connection);
      }
      if (key.isReadable()) {
        read(connection);
      }
    } catch (GarbledAnswerException e) {
      broken(connection, Failure.GARBLED_ANSWER);
    } catch (RefusedConnectionException e) {
      refusal = e.getMessage();
      broken(connection, refusal);
    } catch (SSLException e) {
      refusal = connection.isHandshaking() ? Failure.TLS_FAILED : refusal;
      broken(connection, Failure.TLS_FAILED);
    } catch (IOException e) {
      refusal = connection.isConnected() ? refusal : Failure.CONNECT_FAILED;
      broken(connection, Failure.CONNECTION_RESET);
    }
  }

  private void connected(Connection connection) {
    if (connection.isConnected()) {
      wasConnected = true;
      offer(connection);
    }
  }

  private void read(Connection connection)
      throws IOException, GarbledAnswerException, RefusedConnectionException {
    readNs = System.nanoTime();
    reading = connection;
    boolean goesOn = connection.read(buffer, answers);
    offer(connection);
    if (!goesOn) {
      broken(connection, Failure.CONNECTION_CLOSED);
      connection.retryAtOnce();
    }
  }

  private void answered(long number, String code) {
    readCode = code;
    reading.open().close(number, closed);
  }

  private void closed(long intendedNs, long sentNs) {
    recording.answered(readNs, intendedNs, sentNs, readCode);
  }

  private void broken(Connection connection, String failure) {
    while (connection.open().size() > 0) {
      connection
          .open()
          .closeOldest((intended, sentNs) -> recording.failed(nowNs, intended, failure));
    }
    connection.close(nowNs);
  }

  /** Connects what is not connected, and gives up what has waited too long. */
  private void check() {
    checkAtNs = nowNs + CHECK_NS;
    for (Connection connection : connections) {
      if (connection.open().size() > 0 && nowNs - connection.open().oldestSentNs() >= timeoutNs) {
        broken(connection, Failure.TIMEOUT);
      }
      if (connection.mayConnect(nowNs)) {
        try {
          connection.connect();
          connected(connection);
        } catch (IOException e) {
          refusal = Failure.CONNECT_FAILED;
          broken(connection, Failure.CONNECT_FAILED);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Connection connection : connections) {
      connection.close(nowNs);
    }
    selector.close();
  }
}

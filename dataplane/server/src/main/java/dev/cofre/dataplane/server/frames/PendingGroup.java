package dev.cofre.dataplane.server.frames;

import dev.cofre.contract.frames.ErrorBody;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Requests that wait: for the HSM, or for the disk. Each is answered once: by what comes of it, or
 * before that because it was cancelled or late. Not thread-safe; used on its event loop.
 */
final class PendingGroup {
  private final FrameGroup group;
  private int[] types = new int[4];
  private int[] correlations = new int[4];
  private int[] items = new int[4];
  private long[] deadlinesNs = new long[4];
  private boolean[] answered = new boolean[4];
  private int size;
  private int open;

  PendingGroup(FrameGroup group) {
    this.group = group;
  }

  void add(int type, int correlation, int item, long deadlineNs) {
    if (size == types.length) {
      types = Arrays.copyOf(types, 2 * size);
      correlations = Arrays.copyOf(correlations, 2 * size);
      items = Arrays.copyOf(items, 2 * size);
      deadlinesNs = Arrays.copyOf(deadlinesNs, 2 * size);
      answered = Arrays.copyOf(answered, 2 * size);
    }
    types[size] = type;
    correlations[size] = correlation;
    items[size] = item;
    deadlinesNs[size] = deadlineNs;
    size++;
    open++;
  }

  FrameGroup group() {
    return group;
  }

  /** How many have no answer yet. */
  int open() {
    return open;
  }

  /** How many bytes wait with it. */
  long bytes() {
    return group.batch == null ? 0 : group.batch.inputBytes();
  }

  /** When the first deadline is over, or {@link Long#MAX_VALUE}. */
  long firstDeadlineNs() {
    long first = Long.MAX_VALUE;
    for (int i = 0; i < size; i++) {
      if (!answered[i] && deadlinesNs[i] != 0) {
        first = Math.min(first, deadlinesNs[i]);
      }
    }
    return first;
  }

  /**
   * Takes the requests whose deadline is over, which count as answered from now on; {@link
   * #writeLate} answers them.
   */
  int[] expire(long nowNs) {
    int[] late = new int[open];
    int count = 0;
    for (int i = 0; i < size; i++) {
      if (!answered[i] && deadlinesNs[i] != 0 && deadlinesNs[i] - nowNs <= 0) {
        answered[i] = true;
        open--;
        late[count++] = i;
      }
    }
    return Arrays.copyOf(late, count);
  }

  /** Answers {@code requests} with {@code problem}. */
  void writeLate(int[] requests, ByteBuf out, ProblemException problem) {
    int retryMs = problem.code().isRetryable() ? ErrorBody.RETRY_MS : 0;
    for (int request : requests) {
      out.writeBytes(ErrorBody.frame(types[request], correlations[request], problem, retryMs));
    }
  }

  /** Answers the request with {@code correlation} as cancelled; false when it is not here. */
  boolean cancel(int correlation, ByteBuf out) {
    for (int i = 0; i < size; i++) {
      if (!answered[i] && correlations[i] == correlation) {
        out.writeBytes(ErrorBody.cancelled(types[i], correlation));
        answered[i] = true;
        open--;
        return true;
      }
    }
    return false;
  }

  /** Writes the answers that are left; the group is settled. */
  void write(ByteBuf out, FrameAnswers answers) {
    for (int i = 0; i < size; i++) {
      if (!answered[i]) {
        answers.write(out, group, types[i], correlations[i], items[i]);
        answered[i] = true;
      }
    }
    open = 0;
  }

  static ProblemException late() {
    return new ProblemException(
        ErrorCode.DEADLINE_EXCEEDED,
        "the deadline that the request carried has passed; give it more time or try again");
  }
}

package dev.cofre.dataplane.server.frames;

import static dev.cofre.contract.frames.FrameFormat.ANSWER_ITEM_HEAD_LENGTH;
import static dev.cofre.contract.frames.FrameFormat.BATCH_HEAD_LENGTH;
import static dev.cofre.contract.frames.FrameFormat.HEADER_LENGTH;

import dev.cofre.contract.frames.ErrorBody;
import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameStatus;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.request.Batch;
import dev.cofre.engine.request.DataKeyCalls;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.atomic.LongAdder;

/** Writes answers to executed groups, and counts them. Not thread-safe: one per event loop. */
final class FrameAnswers {
  private static final int TYPES = 64;

  private final ServerState state;
  private final LongAdder[] ok = new LongAdder[TYPES];

  FrameAnswers(ServerState state) {
    this.state = state;
  }

  /** Writes the answer to one request of {@code group}, which is settled. */
  void write(ByteBuf out, FrameGroup group, int type, int correlation, int item) {
    if (group.problem != null) {
      out.writeBytes(ErrorBody.frame(type, correlation, group.problem, retryMs(group)));
    } else if (group.dataKey() != null) {
      dataKey(out, group.dataKey(), type, correlation, item);
      group.done++;
    } else if (FrameType.isBatch(type)) {
      batch(out, group.answer(), type, correlation);
      group.done++;
    } else {
      single(out, group, type, correlation, item);
    }
  }

  private static int retryMs(FrameGroup group) {
    return group.retryMs == 0 ? ErrorBody.RETRY_MS : group.retryMs;
  }

  private void single(ByteBuf out, FrameGroup group, int type, int correlation, int item) {
    Batch answer = group.answer();
    ProblemException problem = answer.problem(item);
    if (problem != null) {
      out.writeBytes(ErrorBody.frame(type, correlation, problem, ErrorBody.RETRY_MS));
      state.metrics().answered(group.action, problem.code().code());
      return;
    }
    int length = answer.outputLength(item);
    head(out, HEADER_LENGTH + length, type, correlation);
    out.writeBytes(answer.output(), answer.outputOffset(item), length);
    group.done++;
  }

  private static void head(ByteBuf out, int length, int type, int correlation) {
    out.writeLong(FrameFormat.headerHigh(length, type | FrameType.ANSWER, 0, FrameStatus.OK));
    out.writeLong(FrameFormat.headerLow(correlation, 0, 0));
  }

  private static void batch(ByteBuf out, Batch answer, int type, int correlation) {
    int start = out.writerIndex();
    head(out, 0, type, correlation);
    out.writeInt(answer.size());
    for (int i = 0; i < answer.size(); i++) {
      ProblemException problem = answer.problem(i);
      if (problem != null) {
        out.writeLong((long) FrameStatus.of(problem.code()) << 48);
      } else {
        int length = answer.outputLength(i);
        out.writeLong(length);
        out.writeBytes(answer.output(), answer.outputOffset(i), length);
      }
    }
    assert out.writerIndex() - start
        >= HEADER_LENGTH + BATCH_HEAD_LENGTH + answer.size() * ANSWER_ITEM_HEAD_LENGTH;
    out.setInt(start, out.writerIndex() - start);
  }

  private static void dataKey(
      ByteBuf out, DataKeyCalls.Generated dataKey, int type, int correlation, int flags) {
    byte[] wrapped = type == FrameType.GENERATE_DATA_KEY ? dataKey.wrapped().bytes() : new byte[0];
    byte[] plaintext =
        (flags & FrameFormat.FLAG_WITHOUT_PLAINTEXT) == 0 ? dataKey.plaintext() : new byte[0];
    head(out, HEADER_LENGTH + Integer.BYTES + wrapped.length + plaintext.length, type, correlation);
    out.writeInt((int) dataKey.ttlMs());
    out.writeBytes(wrapped);
    out.writeBytes(plaintext);
  }

  /** Counts what became of {@code group}, once all of it is written. */
  void count(FrameGroup group) {
    if (group.problem != null) {
      state.metrics().answers(group.action, group.problem.code().code()).add(group.requests);
      return;
    }
    if (group.done > 0) {
      ok(group).add(group.done);
    }
    if (group.answer() != null) {
      state.metrics().processed(group.action, group.answer().plaintextBytes());
    }
  }

  private LongAdder ok(FrameGroup group) {
    LongAdder adder = ok[group.type];
    if (adder == null) {
      adder = state.metrics().answers(group.action, "ok");
      ok[group.type] = adder;
    }
    return adder;
  }
}

package dev.cofre.dataplane.server.frames;

import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameReader;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.request.Caller;
import dev.cofre.engine.request.RequestPath;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Frames as the body of another request: executed as those of one read, answered in order, without
 * a hello. Not thread-safe; used on its event loop, each for one body.
 */
public final class FrameBody {
  /** The most frames of one body. */
  public static final int FRAMES_MAX = 10_000;

  /** An envelope is longer than its plaintext, of an item of a few bytes thirty times as long. */
  public static final int ANSWER_BYTES_MAX = 32 << 20;

  private final FrameRun run;
  private final Executor loop;
  private final ServerState state;

  /** For one body, on the event loop of {@code path}; {@code loop} is that loop. */
  public FrameBody(ServerState state, RequestPath path, Executor loop) {
    this.state = state;
    this.run = new FrameRun(path, new FrameAnswers(state));
    this.loop = loop;
  }

  /**
   * Executes the frames of {@code body}, which stays as it is until the answer is there.
   *
   * @param type the frames that are taken: {@link FrameType#ENCRYPT} or {@link FrameType#DECRYPT},
   *     single and as batches
   * @param key what frames are for that name no key; null when they need not
   * @return the answers, on the heap, in order
   * @throws ProblemException {@code invalid_request} when the body is not whole frames, {@code
   *     payload_too_large} when it has too many or their answers would be too long
   */
  public CompletableFuture<ByteBuf> execute(Caller caller, int type, String key, byte[] body) {
    requireFrames(body);
    FrameCaller who =
        new FrameCaller(
            caller.principal(), caller.authentication(), caller.address(), caller.requestId());
    run.begin(who, key, FrameFormat.FRAME_BYTES_MAX);
    FrameReader reader = new FrameReader();
    int batches = type == FrameType.ENCRYPT ? FrameType.ENCRYPT_BATCH : FrameType.DECRYPT_BATCH;
    int at = 0;
    while (at < body.length) {
      at += reader.read(body, at, body.length, FrameFormat.FRAME_BYTES_MAX);
      if (reader.type() == type || reader.type() == batches) {
        run.add(reader);
      } else {
        run.refuse(
            reader, ErrorCode.INVALID_REQUEST, "this call takes frames of its own kind alone");
      }
    }
    if (run.answerBytes() > ANSWER_BYTES_MAX) {
      throw new ProblemException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "the answers would be longer than " + ANSWER_BYTES_MAX + " bytes; send fewer items");
    }
    run.execute();
    state.frames().ran(run.size());
    // What is at hand is answered at once; only what waits for others goes around the loop.
    return run.isDone()
        ? CompletableFuture.completedFuture(null).thenApply(done -> answer())
        : run.whenDone().thenApplyAsync(done -> answer(), loop);
  }

  private ByteBuf answer() {
    run.settle();
    ByteBuf out = Unpooled.buffer((int) run.answerBytes() + 256);
    run.write(out);
    return out;
  }

  /** Before anything is executed: a body that is not well formed is refused as a whole. */
  private static void requireFrames(byte[] body) {
    FrameReader reader = new FrameReader();
    int count = 0;
    int at = 0;
    while (at < body.length) {
      int length = reader.read(body, at, body.length, FrameFormat.FRAME_BYTES_MAX);
      if (length <= 0) {
        throw new ProblemException(
            ErrorCode.INVALID_REQUEST,
            "the body is not made of whole frames of at most "
                + FrameFormat.FRAME_BYTES_MAX
                + " bytes");
      }
      if (++count > FRAMES_MAX) {
        throw new ProblemException(
            ErrorCode.PAYLOAD_TOO_LARGE, "a body has at most " + FRAMES_MAX + " frames");
      }
      at += length;
    }
    if (count == 0) {
      throw new ProblemException(ErrorCode.INVALID_REQUEST, "the body holds no frame");
    }
  }
}

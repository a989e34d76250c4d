package dev.cofre.client.frames;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cofre.client.CofreException;
import dev.cofre.client.TokenSource;
import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.HelloAnswer;
import dev.cofre.contract.problem.ErrorCode;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever a node answers, a call ends, in time, with a failure and never with a wrong answer. */
@Timeout(240)
class HostileNodeTest {
  private static final byte[] PLAINTEXT = new byte[100];

  /** What the node does wrong. */
  enum Mischief implements ScriptedNode.Script {
    NEVER_A_HELLO {
      @Override
      public byte[] answer(ScriptedNode.Frame frame) {
        return null;
      }
    },
    RANDOM_BYTES_FOR_A_HELLO {
      @Override
      public byte[] answer(ScriptedNode.Frame frame) {
        byte[] bytes = new byte[100_000];
        new Random(1).nextBytes(bytes);
        return bytes;
      }
    },
    AN_HTTP_SERVER {
      @Override
      public byte[] answer(ScriptedNode.Frame frame) {
        return "HTTP/1.1 400 Bad Request\r\n\r\n"
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
      }
    },
    A_HELLO_WITH_TINY_FRAMES {
      @Override
      public byte[] answer(ScriptedNode.Frame frame) {
        return new HelloAnswer(1, 17, 1_024, 0, 0, 0, 0).frame(frame.correlation());
      }
    },
    A_HELLO_THAT_ALLOWS_NOTHING {
      @Override
      public byte[] answer(ScriptedNode.Frame frame) {
        return new HelloAnswer(1, FrameFormat.FRAME_BYTES_MAX, 0, 0, 0, 0, 0)
            .frame(frame.correlation());
      }
    },
    A_HELLO_OF_ANOTHER_VERSION {
      @Override
      public byte[] answer(ScriptedNode.Frame frame) {
        return new HelloAnswer(9, FrameFormat.FRAME_BYTES_MAX, 10, 0, 0, 0, 0)
            .frame(frame.correlation());
      }
    },
    A_HELLO_THAT_IS_REFUSED_FOR_EVER {
      @Override
      public byte[] answer(ScriptedNode.Frame frame) {
        return ScriptedNode.refused(frame, ErrorCode.NOT_READY, -1);
      }
    },
    SILENCE {
      @Override
      public byte[] use(ScriptedNode.Frame frame) {
        return null;
      }
    },
    HALF_AN_ANSWER {
      @Override
      public byte[] use(ScriptedNode.Frame frame) {
        return Arrays.copyOf(ScriptedNode.right(frame), 50);
      }
    },
    A_LENGTH_WITHOUT_END {
      @Override
      public byte[] use(ScriptedNode.Frame frame) {
        byte[] answer = ScriptedNode.right(frame);
        FrameFormat.putInt(answer, 0, -1);
        return answer;
      }
    },
    ANOTHER_CORRELATION {
      @Override
      public byte[] use(ScriptedNode.Frame frame) {
        byte[] answer = ScriptedNode.right(frame);
        FrameFormat.putInt(answer, FrameFormat.CORRELATION_AT, frame.correlation() ^ 0x5000);
        return answer;
      }
    },
    ANOTHER_TYPE {
      @Override
      public byte[] use(ScriptedNode.Frame frame) {
        byte[] answer = ScriptedNode.right(frame);
        answer[FrameFormat.TYPE_AT] = (byte) (FrameType.DECRYPT | FrameType.ANSWER);
        return answer;
      }
    },
    A_REQUEST {
      @Override
      public byte[] use(ScriptedNode.Frame frame) {
        byte[] answer = ScriptedNode.right(frame);
        answer[FrameFormat.TYPE_AT] = FrameType.ENCRYPT;
        return answer;
      }
    },
    AN_ENVELOPE_TOO_SHORT {
      @Override
      public byte[] use(ScriptedNode.Frame frame) {
        return ScriptedNode.ok(frame, ScriptedNode.envelope(new byte[99]));
      }
    },
    NO_ENVELOPE {
      @Override
      public byte[] use(ScriptedNode.Frame frame) {
        return ScriptedNode.ok(frame, new byte[280]);
      }
    },
    A_STATUS_THAT_NOBODY_KNOWS {
      @Override
      public byte[] use(ScriptedNode.Frame frame) {
        byte[] answer = ScriptedNode.ok(frame, new byte[1]);
        FrameFormat.putShort(answer, FrameFormat.STATUS_AT, 60_000);
        return answer;
      }
    },
    CANCELLED_BY_ITSELF {
      @Override
      public byte[] use(ScriptedNode.Frame frame) {
        byte[] answer = ScriptedNode.ok(frame, new byte[4]);
        FrameFormat.putShort(answer, FrameFormat.STATUS_AT, 1);
        return answer;
      }
    },
    RETRY_IN_FIFTY_DAYS {
      @Override
      public byte[] use(ScriptedNode.Frame frame) {
        return ScriptedNode.refused(frame, ErrorCode.OVERLOADED, -1);
      }
    },
    PONGS_WITHOUT_END {
      @Override
      public byte[] use(ScriptedNode.Frame frame) {
        byte[] pong = new byte[FrameFormat.HEADER_LENGTH];
        FrameFormat.putHeader(pong, 0, 16, FrameType.PING | FrameType.ANSWER, 0, 0, 7);
        try {
          while (true) {
            frame.socket().getOutputStream().write(pong);
          }
        } catch (IOException e) {
          return null;
        }
      }
    },
    GOODBYE_WITHOUT_ANSWER {
      @Override
      public byte[] use(ScriptedNode.Frame frame) {
        return ScriptedNode.goAway(ErrorCode.NOT_READY);
      }
    },
    THE_END {
      @Override
      public byte[] use(ScriptedNode.Frame frame) {
        ScriptedNode.cut(frame.socket());
        return null;
      }
    };

    @Override
    public byte[] answer(ScriptedNode.Frame frame) throws IOException {
      return frame.type() == FrameType.HELLO ? ScriptedNode.right(frame) : use(frame);
    }

    byte[] use(ScriptedNode.Frame frame) {
      return ScriptedNode.right(frame);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCallEnds(Mischief mischief) throws Exception {
    FrameLimits limits =
        FrameLimits.DEFAULT.withTimeoutMs(600).withConnectionsPerNode(1).withRetries(3, 0.1);
    try (ScriptedNode node = new ScriptedNode(mischief);
        FrameClient client =
            FrameClient.create(
                FrameOptions.of(TokenSource.of("token".toCharArray()), node.address())
                    .withLimits(limits))) {
      CompletableFuture<byte[]> call = client.encrypt("demo", PLAINTEXT, Map.of());
      CompletableFuture<byte[]> other = client.encrypt("demo", PLAINTEXT, Map.of());
      for (CompletableFuture<byte[]> each : java.util.List.of(call, other)) {
        CompletionException failure = assertThrows(CompletionException.class, each::join);
        assertEquals(CofreException.class, failure.getCause().getClass(), failure::toString);
      }
      Await.until("all places given back", () -> client.openCalls() == 0);
      CompletableFuture<Void> closed =
          client.closeWithin(1_000).toCompletionStage().toCompletableFuture();
      closed.get(90, TimeUnit.SECONDS);
    }
  }
}

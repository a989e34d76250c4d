package dev.cofre.benchmarks.echo;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameReader;
import dev.cofre.contract.frames.FrameStatus;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.engine.processor.TimeSlice;
import dev.cofre.http.ListenerOptions;
import dev.cofre.http.RequestIds;
import dev.cofre.http.StrictFraming;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The echo of what the data plane takes over HTTP, through the same stack and the same codecs, and
 * nothing else: raw bodies and frames come back as they are, JSON is parsed and printed, a gRPC
 * message's bytes field comes back as another message's. For benchmarks alone: it knows no tokens.
 *
 * <p>The same as the node's: listener options, transport and strict framing, TLS, one event loop,
 * the body in one array (of the declared length, where one is declared) and the answer from one,
 * the same number of header fields with names that were encoded before, a fresh request id. Not
 * there, because it is what is measured: routing, reading of header fields, who asks, what it may,
 * the AEAD, the audit event, deadlines, counts, bounds on memory.
 */
public final class HttpEcho {
  private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("Request-Id");
  private static final CharSequence OPTIONS = HttpHeaders.createOptimized("X-Content-Type-Options");
  private static final CharSequence NO_SNIFF = HttpHeaders.createOptimized("nosniff");
  private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
  private static final CharSequence GRPC = HttpHeaders.createOptimized("application/grpc");
  private static final CharSequence GRPC_REQUEST_ID = HttpHeaders.createOptimized("request-id");
  private static final CharSequence STATUS = HttpHeaders.createOptimized("grpc-status");
  private static final CharSequence STATUS_OK = HttpHeaders.createOptimized("0");
  private static final JsonFactory JSON = new JsonFactory();
  private static final int MESSAGE_HEAD = 5;
  private static final int DATA_TAG = 26;

  private HttpEcho() {}

  /**
   * Listens on loopback until the process ends, and prints {@code echo ready}.
   *
   * @param args the port and, for TLS, the PEM files of certificate and key
   */
  public static void listen(List<String> args) {
    Optional<ListenerSettings.Tls> tls =
        args.size() < 3
            ? Optional.empty()
            : Optional.of(
                new ListenerSettings.Tls(
                    Path.of(args.get(1)), Path.of(args.get(2)), Optional.empty()));
    ListenerSettings settings =
        new ListenerSettings("127.0.0.1", Integer.parseInt(args.getFirst()), tls);
    Vertx vertx =
        Vertx.builder()
            .with(new VertxOptions().setEventLoopPoolSize(1))
            .withTransport(StrictFraming.transport())
            .build();
    vertx
        .deployVerticle(() -> new Listener(settings), new DeploymentOptions())
        .onSuccess(id -> System.out.println("echo ready"))
        .onFailure(
            failure -> {
              System.err.println("echo: " + failure.getMessage());
              System.exit(1);
            });
  }

  private static final class Listener extends VerticleBase {
    private final ListenerSettings settings;

    Listener(ListenerSettings settings) {
      this.settings = settings;
    }

    @Override
    public Future<?> start() {
      TimeSlice.shortenOwn();
      return vertx
          .createHttpServer(ListenerOptions.of(settings, ClientAuth.NONE))
          .connectionHandler(StrictFraming::install)
          .requestHandler(HttpEcho::handle)
          .listen();
    }
  }

  private static void handle(HttpServerRequest request) {
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    String declared = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    Body body = new Body(declared == null ? 0 : Integer.parseInt(declared));
    request.handler(body::add);
    request.endHandler(
        end -> {
          byte[] bytes = body.whole();
          switch (type) {
            case "application/grpc" -> grpc(request, bytes);
            case "application/json" -> answer(request, type, json(bytes));
            case "application/vnd.cofre.frames" -> answer(request, type, frames(bytes));
            default -> answer(request, type, bytes);
          }
        });
  }

  /** A body in one array. */
  private static final class Body {
    private byte[] bytes;
    private int length;

    Body(int declared) {
      this.bytes = new byte[declared];
    }

    void add(Buffer chunk) {
      int count = chunk.length();
      if (length + count > bytes.length) {
        bytes = Arrays.copyOf(bytes, length == 0 ? count : Math.max(length + count, 2 * length));
      }
      chunk.getBytes(0, count, bytes, length);
      length += count;
    }

    byte[] whole() {
      return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }
  }

  private static void answer(HttpServerRequest request, String type, byte[] body) {
    answer(request, type, Unpooled.wrappedBuffer(body));
  }

  private static void answer(HttpServerRequest request, String type, ByteBuf body) {
    request
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, type)
        .putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE)
        .putHeader(REQUEST_ID, RequestIds.next())
        .putHeader(OPTIONS, NO_SNIFF)
        .end(BufferInternal.buffer(body));
  }

  private static byte[] json(byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + 256);
    try (JsonParser parser = JSON.createParser(body);
        JsonGenerator generator = JSON.createGenerator(out)) {
      parser.nextToken();
      generator.copyCurrentStructure(parser);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static ByteBuf frames(byte[] body) {
    FrameReader reader = new FrameReader();
    ByteBuf out = Unpooled.buffer(body.length);
    int at = 0;
    while (at < body.length) {
      at += reader.read(body, at, body.length, FrameFormat.FRAME_BYTES_MAX);
      int length = FrameFormat.HEADER_LENGTH + reader.bodyLength();
      out.writeLong(
          FrameFormat.headerHigh(length, reader.type() | FrameType.ANSWER, 0, FrameStatus.OK));
      out.writeLong(FrameFormat.headerLow(reader.correlation(), 0, 0));
      out.writeBytes(body, reader.bodyOffset(), reader.bodyLength());
    }
    return out;
  }

  private static void grpc(HttpServerRequest request, byte[] body) {
    try {
      CodedInputStream in =
          CodedInputStream.newInstance(body, MESSAGE_HEAD, body.length - MESSAGE_HEAD);
      int offset = 0;
      int length = 0;
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag == DATA_TAG) {
          length = in.readRawVarint32();
          offset = MESSAGE_HEAD + in.getTotalBytesRead();
          in.skipRawBytes(length);
        } else {
          in.skipField(tag);
        }
      }
      request
          .response()
          .putHeader(HttpHeaders.CONTENT_TYPE, GRPC)
          .putHeader(GRPC_REQUEST_ID, RequestIds.next())
          .putTrailer(STATUS, STATUS_OK)
          .end(BufferInternal.buffer(Unpooled.wrappedBuffer(message(body, offset, length))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] message(byte[] bytes, int offset, int length) throws IOException {
    int size = 1 + CodedOutputStream.computeUInt32SizeNoTag(length) + length;
    byte[] message = new byte[MESSAGE_HEAD + size];
    FrameFormat.putInt(message, 1, size);
    CodedOutputStream.newInstance(message, MESSAGE_HEAD, size)
        .writeByteArray(1, bytes, offset, length);
    return message;
  }
}

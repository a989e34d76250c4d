package dev.cofre.dataplane.server.frames;

import dev.cofre.contract.frames.ErrorBody;
import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameReader;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.Hello;
import dev.cofre.contract.frames.HelloAnswer;
import dev.cofre.contract.frames.Streams;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.identity.SpiffeId;
import dev.cofre.engine.request.Problems;
import dev.cofre.engine.request.Session;
import io.netty.handler.ssl.SslHandler;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How a connection begins: its hello names a version, limits and a token, or leaves the token to
 * the client certificate. Not thread-safe; used on its event loop.
 */
final class Handshake {
  private final FrameLoop loop;
  private final String address;
  private final long connectionId = ThreadLocalRandom.current().nextLong();
  private final FrameCaller nobody;

  Handshake(FrameLoop loop, String address) {
    this.loop = loop;
    this.address = address;
    this.nobody = FrameCaller.nobody(address, java.util.HexFormat.of().toHexDigits(connectionId));
  }

  /** The caller before the hello. */
  FrameCaller nobody() {
    return nobody;
  }

  static ProblemException unauthenticated() {
    return new ProblemException(
        ErrorCode.UNAUTHENTICATED, "send a hello with a valid bearer token first");
  }

  /**
   * The hello in {@code frame}.
   *
   * @throws ProblemException when it is malformed, or this node cannot serve it
   */
  Hello read(FrameReader frame) {
    Hello hello =
        frame.fault() == null
            ? Hello.parse(frame.bytes(), frame.bodyOffset(), frame.bodyLength())
            : null;
    if (hello == null) {
      throw new ProblemException(ErrorCode.INVALID_REQUEST, "the hello is not well formed");
    }
    if (loop.state().isDraining()) {
      throw new ProblemException(
          ErrorCode.NOT_READY, "this node is stopping; connect to another one");
    }
    if (!hello.speaks(FrameFormat.VERSION) || hello.frameBytesMax() < FrameFormat.FRAME_BYTES_MIN) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST,
          "this node speaks version 1, with frames of at least "
              + FrameFormat.FRAME_BYTES_MIN
              + " bytes");
    }
    return hello;
  }

  /**
   * By the token of {@code hello}, which is overwritten there and in {@code frame}; without one by
   * the client certificate.
   *
   * @param tls null on a connection in the clear
   * @throws ProblemException {@code unauthenticated}, or when attempts are slowed
   */
  Session session(Hello hello, FrameReader frame, SslHandler tls) {
    Optional<String> spiffeId = hello.token().length == 0 ? spiffeId(tls) : Optional.empty();
    try {
      Session session =
          spiffeId.isPresent()
              ? loop.path().newCertificateSession(spiffeId.get(), address)
              : loop.path().newSession(hello.token(), address);
      if (session.identity() == null) {
        throw unauthenticated();
      }
      return session;
    } finally {
      Arrays.fill(hello.token(), (byte) 0);
      Arrays.fill(
          frame.bytes(), frame.bodyOffset(), frame.bodyOffset() + frame.bodyLength(), (byte) 0);
    }
  }

  private Optional<String> spiffeId(SslHandler tls) {
    return tls == null
        ? Optional.empty()
        : SpiffeId.of(tls.engine().getSession(), loop.state().trustDomain());
  }

  /** What a session is told of its limits. */
  byte[] answer(Hello hello, int frameBytesMax, int correlation) {
    return new HelloAnswer(
            FrameFormat.VERSION,
            frameBytesMax,
            Math.min(FrameConnection.IN_FLIGHT_MAX, Math.max(1, hello.inFlightMax())),
            FrameConnection.STREAMS_MAX,
            Streams.CREDIT_BYTES,
            FrameConnection.IDLE_MS,
            connectionId)
        .frame(correlation);
  }

  /** Has {@code connection} send the refusal as its last word, once that is on the audit log. */
  void refuse(FrameConnection connection, int correlation, ProblemException problem) {
    loop.state().frames().cut("hello");
    loop.path()
        .refuse(nobody.of(correlation), FrameActions.HELLO, null, problem)
        .whenComplete(
            (written, failure) ->
                loop.executor()
                    .execute(
                        () ->
                            connection.last(
                                ErrorBody.frame(
                                    FrameType.HELLO,
                                    correlation,
                                    failure == null ? problem : Problems.of(failure),
                                    ErrorBody.RETRY_MS))));
  }
}

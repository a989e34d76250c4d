package dev.cofre.http;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.impl.VertxConnection;
import io.vertx.core.transport.Transport;

/**
 * Refuses HTTP/1.1 requests whose end two servers could see in two places (RFC 9112 §6.3, §11.2),
 * with a problem.
 *
 * <p>The library drops a Content-Length that stands beside a Transfer-Encoding, and closes without
 * a word on a malformed chunk. Here both are answered with 400 {@code invalid_request} before the
 * connection closes.
 */
public final class StrictFraming {
  /** The name of the handler of a connection that speaks frames, which is left alone. */
  public static final String FRAMES = "frames";

  private static final String DECODER = "httpDecoder";
  private static final int HTTP2_PREFACE_LENGTH = 24;

  private StrictFraming() {}

  /**
   * A transport whose cleartext connections are strict from their first byte. (TLS connections are
   * made strict by {@link #install} once it is known that they speak HTTP/1.)
   */
  public static Transport transport() {
    return new StrictTransport();
  }

  /**
   * Makes {@code connection} strict, if it is HTTP/1 and is not yet: HTTP/2 frames its messages
   * itself.
   */
  public static void install(HttpConnection connection) {
    if (connection instanceof VertxConnection http1) {
      install(http1.channel().pipeline());
    }
  }

  private static boolean install(ChannelPipeline pipeline) {
    ChannelHandler decoder = pipeline.get(DECODER);
    if (decoder instanceof VertxHttpRequestDecoder && !(decoder instanceof Decoder)) {
      // What the old decoder has gathered goes on to the new one.
      pipeline.replace(DECODER, DECODER, new Decoder());
      pipeline.addAfter("httpEncoder", "malformedBody", new MalformedBody());
    }
    return decoder != null;
  }

  private static final class StrictTransport extends NioTransport implements Transport {
    @Override
    public void configure(
        NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
      super.configure(options, domainSocket, bootstrap);
      bootstrap.handler(
          new ChannelInboundHandlerAdapter() {
            @Override
            public boolean isSharable() {
              return true;
            }

            @Override
            public void channelRead(ChannelHandlerContext server, Object accepted) {
              ((Channel) accepted).pipeline().addLast(new FirstBytes());
              server.fireChannelRead(accepted);
            }
          });
    }

    @Override
    public String name() {
      return "nio";
    }

    @Override
    public boolean available() {
      return true;
    }

    @Override
    public Throwable unavailabilityCause() {
      return null;
    }

    @Override
    public io.vertx.core.spi.transport.Transport implementation() {
      return this;
    }
  }

  /**
   * Feeds a connection's first bytes one by one until the library has chosen a protocol by them, so
   * that its decoder is replaced before it has read a head.
   */
  private static final class FirstBytes extends ChannelInboundHandlerAdapter {
    private int fed;

    @Override
    public void channelRead(ChannelHandlerContext channel, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      try {
        while (bytes.isReadable() && !isDecided(channel.pipeline())) {
          fed++;
          channel.fireChannelRead(bytes.readRetainedSlice(1));
        }
        if (bytes.isReadable()) {
          channel.fireChannelRead(bytes.readRetainedSlice(bytes.readableBytes()));
        }
        if (isDecided(channel.pipeline())) {
          channel.pipeline().remove(this);
        }
      } finally {
        bytes.release();
      }
    }

    private boolean isDecided(ChannelPipeline pipeline) {
      return install(pipeline)
          || pipeline.get(SslHandler.class) != null
          || pipeline.get(FRAMES) != null
          || fed >= HTTP2_PREFACE_LENGTH;
    }
  }

  private static final class Decoder extends VertxHttpRequestDecoder {
    Decoder() {
      super(ListenerOptions.headLimits());
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
      throw new IllegalArgumentException("Content-Length beside Transfer-Encoding");
    }
  }

  /**
   * Answers a malformed chunk when its request is the only one that is not answered and its answer
   * has not begun; else closing is all that is left.
   */
  private static final class MalformedBody extends ChannelDuplexHandler {
    private int unanswered;
    private boolean answering;

    @Override
    public void channelRead(ChannelHandlerContext channel, Object message) throws Exception {
      if (message instanceof HttpRequest) {
        unanswered++;
      } else if (message instanceof HttpContent content
          && content.decoderResult().isFailure()
          && unanswered == 1
          && !answering) {
        ReferenceCountUtil.release(message);
        channel.writeAndFlush(answer()).addListener(ChannelFutureListener.CLOSE);
        return;
      }
      super.channelRead(channel, message);
    }

    @Override
    public void write(ChannelHandlerContext channel, Object message, ChannelPromise promise)
        throws Exception {
      boolean interim = message instanceof HttpResponse response && response.status().code() < 200;
      if (!interim && message instanceof HttpResponse) {
        answering = true;
      }
      if (!interim && message instanceof LastHttpContent) {
        answering = false;
        unanswered--;
      }
      super.write(channel, message, promise);
    }

    private static FullHttpResponse answer() {
      String requestId = RequestIds.next();
      Buffer body =
          ProblemJson.encode(
              requestId,
              new ProblemException(
                  ErrorCode.INVALID_REQUEST,
                  "the request's body is not well-formed; check its chunks"));
      FullHttpResponse response =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1,
              HttpResponseStatus.BAD_REQUEST,
              Unpooled.wrappedBuffer(body.getBytes()));
      response
          .headers()
          .set("content-type", ProblemJson.CONTENT_TYPE)
          .set("cache-control", "no-store")
          .set("Request-Id", requestId)
          .set("connection", "close")
          .set("content-length", body.length());
      return response;
    }
  }
}

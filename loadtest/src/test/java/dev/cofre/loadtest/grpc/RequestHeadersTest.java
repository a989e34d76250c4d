package dev.cofre.loadtest.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Empty;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;
import org.junit.jupiter.api.Test;

/** What Netty's decoder, with the table of its own, reads of the blocks. */
class RequestHeadersTest {
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();
  private int stream = 1;

  @Test
  void aFieldIsSaidOnceAndThenByItsPlace() throws Exception {
    RequestHeaders headers = new RequestHeaders("node:8440", false);
    int first = read(headers, "/a.B/One", "Bearer alice", "http");
    int other = read(headers, "/a.B/Two", "Bearer bob", "http");
    int again = read(headers, "/a.B/One", "Bearer alice", "http");
    read(headers, "/a.B/Two", "Bearer alice", "http");
    assertTrue(other < first / 2, () -> first + " bytes, then " + other);
    assertEquals(7, again, "a byte for each field");
  }

  @Test
  void withoutATokenNoneIsSent() throws Exception {
    read(new RequestHeaders("node", true), "/a.B/One", null, "https");
  }

  @Test
  void aTableThatIsFullOrSmallIsNotUsed() throws Exception {
    RequestHeaders full = new RequestHeaders("node", true);
    for (int i = 0; i < 300; i++) {
      read(full, "/a.B/One", "Bearer " + "t".repeat(200) + i % 50, "https");
    }
    RequestHeaders small = new RequestHeaders("node", true);
    small.tableHolds(0);
    read(small, "/a.B/One", "Bearer t", "https");
    read(small, "/a.B/One", "Bearer t", "https");
  }

  private int read(RequestHeaders headers, String path, String authorization, String scheme)
      throws Exception {
    ByteBuf out = Unpooled.buffer();
    headers.write(
        out, GrpcCall.expecting(path, authorization, Empty.getDefaultInstance(), m -> true));
    int length = out.readableBytes();
    Http2Headers read = decoder.decodeHeaders(stream, out);
    stream += 2;
    assertEquals("POST", read.method().toString());
    assertEquals(scheme, read.scheme().toString());
    assertEquals(path, read.path().toString());
    assertTrue(read.authority().toString().startsWith("node"));
    assertEquals("application/grpc", read.get("content-type").toString());
    assertEquals("trailers", read.get("te").toString());
    CharSequence who = read.get("authorization");
    assertEquals(authorization, who == null ? null : who.toString());
    return length;
  }
}

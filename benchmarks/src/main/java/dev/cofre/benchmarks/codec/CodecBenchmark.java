package dev.cofre.benchmarks.codec;

import dev.cofre.benchmarks.Buffers;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.encoding.CanonicalBase64;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.EnvelopeHeader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Header, context and base64 of one item of 1 KiB. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodecBenchmark {
  private static final String CONTEXT = "app=shop,table=orders,tenant=caf%C3%A9,row=1844674407";

  private static final String BEFORE_TEXT = "{\"items\":[{\"plaintext\":\"";
  private static final String AFTER_TEXT = "\"}]}";

  private final Buffers buffers = new Buffers(1024);
  private final byte[] header = new byte[EnvelopeFormat.HEADER_LENGTH];
  private final Map<String, String> pairs = new TreeMap<>();
  private byte[] textBytes;
  private byte[] body;
  private int item;

  /** Proves that each undoes the other. */
  @Setup
  public void prepare() {
    String text = CanonicalBase64.encode(buffers.plaintexts[0]);
    textBytes = text.getBytes(StandardCharsets.ISO_8859_1);
    body = (BEFORE_TEXT + text + AFTER_TEXT).getBytes(StandardCharsets.ISO_8859_1);
    writeHeader();
    pairs.putAll(
        Map.of("app", "shop", "table", "orders", "tenant", "caf\u00e9", "row", "1844674407"));
    boolean right =
        parseHeader().wrapped().equals(buffers.wrapped)
            && Arrays.equals(decodeBase64(), buffers.plaintexts[0])
            && Arrays.equals(decodeBareBase64(), buffers.plaintexts[0])
            && Arrays.equals(context(), contextOfHeader());
    if (!right) {
      throw new IllegalStateException("what was written is not what is read");
    }
  }

  /** The wrapped data key into a header. */
  @Benchmark
  public byte[] writeHeader() {
    buffers.wrapped.copyTo(header, 0);
    return header;
  }

  /** Wrapped data key and item number out of a header. */
  @Benchmark
  public EnvelopeHeader parseHeader() {
    header[header.length - 1] = (byte) item++;
    return EnvelopeHeader.parse(header, 0);
  }

  /** The canonical form of four pairs out of JSON. */
  @Benchmark
  public byte[] context() {
    return EncryptionContext.of(pairs).canonical();
  }

  /** The canonical form of four pairs out of a header field. */
  @Benchmark
  public byte[] contextOfHeader() {
    return EncryptionContext.parseHeader(CONTEXT).canonical();
  }

  /** 1 KiB to text. */
  @Benchmark
  public String encodeBase64() {
    return CanonicalBase64.encode(buffers.plaintexts[0]);
  }

  /** Text to 1 KiB where it stands in a request's body, one text for each content. */
  @Benchmark
  public byte[] decodeBase64() {
    return CanonicalBase64.decode(body, BEFORE_TEXT.length(), textBytes.length);
  }

  /** The reference: the JDK's decoder on bytes. */
  @Benchmark
  public byte[] decodeBareBase64() {
    return Base64.getDecoder().decode(textBytes);
  }

  /** The reference: the JDK's encoder. */
  @Benchmark
  public String encodeBareBase64() {
    return Base64.getEncoder().encodeToString(buffers.plaintexts[0]);
  }
}

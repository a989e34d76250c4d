package dev.cofre.controlplane.server.sink;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends events to a topic, a node's to one partition.
 *
 * <p>Order: the producer is idempotent and its records never expire, so that none is left out in
 * front of one that is delivered. Whoever waits for a batch for too long goes on waiting for the
 * same records at the next call; they are not handed over twice. Only after an error that the
 * producer does not get over by itself, or after {@value #STALLS_MAX} calls in a row in which not
 * one record was confirmed, is a new one made, with its files read again, and all of the batch sent
 * again. One thread, but for {@link #abort()}.
 */
final class KafkaTarget implements SinkTarget {
  private static final long BUFFER_BYTES = 8 << 20;
  private static final int REQUEST_BYTES_MAX = 4 << 20;
  private static final int RECONNECT_MS_MAX = 5_000;
  private static final int STALLS_MAX = 6;
  private static final Duration CLOSE = Duration.ofSeconds(1);

  private final KafkaSettings settings;
  private final int timeoutMs;
  private volatile KafkaProducer<byte[], byte[]> producer;

  /** What the records that were handed over are of. */
  private Batch pending;

  private final List<Future<RecordMetadata>> answers = new ArrayList<>();

  /** How many of them had come at the last timeout. */
  private long confirmed;

  /** How many timeouts there were in a row without another one. */
  private int stalls;

  KafkaTarget(KafkaSettings settings, int timeoutMs) {
    this.settings = settings;
    this.timeoutMs = timeoutMs;
  }

  @Override
  public void send(Batch batch) throws IOException {
    if (pending != batch) {
      forget();
      pending = batch;
    }
    try {
      if (producer == null) {
        producer = connect();
      }
      while (answers.size() < batch.events().size()) {
        handOver(batch.events().get(answers.size()));
      }
      long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
      for (Future<RecordMetadata> answer : answers) {
        answer.get(Math.max(0, untilNs - System.nanoTime()), TimeUnit.NANOSECONDS);
      }
      forget();
      stalls = 0;
    } catch (java.util.concurrent.TimeoutException e) {
      timedOut();
      throw new IOException("the brokers do not acknowledge within " + timeoutMs + " ms", e);
    } catch (ExecutionException e) {
      discard();
      throw new IOException(String.valueOf(e.getCause().getMessage()), e);
    } catch (KafkaException | IllegalStateException e) {
      discard();
      throw new IOException(reason(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void handOver(SinkEvent event)
      throws IOException, ExecutionException, InterruptedException {
    ProducerRecord<byte[], byte[]> next =
        new ProducerRecord<>(
            settings.topic(), event.node().getBytes(StandardCharsets.UTF_8), event.json());
    next.headers().add("id", event.id().getBytes(StandardCharsets.UTF_8));
    Future<RecordMetadata> answer = producer.send(next);
    if (answer.isDone()) {
      try {
        answer.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof TimeoutException) {
          // It was not taken: no broker, no such topic, or no room for more.
          timedOut();
          throw new IOException(e.getCause().getMessage(), e);
        }
        throw e;
      }
    }
    answers.add(answer);
  }

  /**
   * A producer keeps its certificate, and may wait for what never comes: it is not kept for ever.
   */
  private void timedOut() {
    long now = answers.stream().filter(Future::isDone).count();
    stalls = now > confirmed ? 0 : stalls + 1;
    confirmed = now;
    if (stalls >= STALLS_MAX) {
      discard();
    }
  }

  private void forget() {
    answers.clear();
    confirmed = 0;
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return String.valueOf(cause.getMessage());
  }

  private KafkaProducer<byte[], byte[]> connect() throws IOException {
    Map<String, Object> properties = new HashMap<>();
    properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.servers());
    properties.put(ProducerConfig.CLIENT_ID_CONFIG, "cofre-audit");
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    properties.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, timeoutMs);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (long) timeoutMs);
    properties.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, (long) RECONNECT_MS_MAX);
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, REQUEST_BYTES_MAX);
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, settings.compression());
    properties.put(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
    properties.put("security.protocol", settings.protocol());
    if (settings.login().isPresent()) {
      settings.login().get().addTo(properties);
    }
    TlsFiles tls = settings.tls();
    if (tls.ca().isPresent()) {
      properties.put(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, "PEM");
      properties.put(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG, tls.ca().get().toString());
    }
    if (tls.key().isPresent()) {
      properties.put(SslConfigs.SSL_KEYSTORE_TYPE_CONFIG, "PEM");
      properties.put(
          SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG,
          Files.readString(tls.certificate().orElseThrow()));
      properties.put(SslConfigs.SSL_KEYSTORE_KEY_CONFIG, Files.readString(tls.key().get()));
    }
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** What it was handed and did not deliver is not delivered any more. */
  private void discard() {
    forget();
    stalls = 0;
    KafkaProducer<byte[], byte[]> old = producer;
    producer = null;
    if (old != null) {
      old.close(Duration.ZERO);
    }
  }

  @Override
  public void abort() {
    KafkaProducer<byte[], byte[]> now = producer;
    if (now != null) {
      // Has the answers that are waited for fail; it may wait for the producer's thread.
      Thread.ofVirtual().start(() -> now.close(Duration.ZERO));
    }
  }

  @Override
  public void close() {
    KafkaProducer<byte[], byte[]> old = producer;
    producer = null;
    if (old != null) {
      old.close(CLOSE);
    }
  }
}

package dev.cofre.loadtest.traffic;

import dev.cofre.client.CofreClient;
import dev.cofre.client.CofreException;
import dev.cofre.client.DataKey;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.EnvelopeSealer;
import dev.cofre.contract.envelope.JcaAead;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.loadtest.workload.Draw;
import dev.cofre.loadtest.workload.Operation;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * Draws with what must be made before they can be sent: plaintexts, and by the target itself the
 * envelopes of decryptions and the wraps of data keys.
 *
 * @param plaintexts of each item
 * @param inputs envelopes or wraps, one for each item; the plaintexts where none is needed
 */
record Prepared(Draw draw, List<byte[]> plaintexts, List<byte[]> inputs) {
  private static final int AT_ONCE = 256;

  /** All of {@code draws}, in their order. */
  static List<Prepared> all(List<Site> sites, List<Draw> draws, long seed) throws IOException {
    Random random = new Random(seed);
    List<Prepared> prepared = new ArrayList<>();
    for (Draw draw : draws) {
      prepared.add(plain(draw, random));
    }
    boolean asks = draws.stream().anyMatch(Prepared::needsTarget);
    return asks ? inTurns(sites, prepared, Prepared::input) : prepared;
  }

  /**
   * Decryptions of {@code draws} in turn, {@code count} of them, each with a data key of its own.
   */
  static List<Prepared> cold(List<Site> sites, List<Draw> draws, int count, long seed)
      throws IOException {
    Random random = new Random(~seed);
    List<Prepared> prepared = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      prepared.add(plain(draws.get(i % draws.size()), random));
    }
    return inTurns(sites, prepared, Prepared::sealedByCaller);
  }

  private static Prepared plain(Draw draw, Random random) {
    List<byte[]> plaintexts = new ArrayList<>();
    for (int i = 0; i < draw.operation().batch(); i++) {
      byte[] plaintext = new byte[draw.bytes()];
      random.nextBytes(plaintext);
      plaintexts.add(plaintext);
    }
    return new Prepared(draw, plaintexts, plaintexts);
  }

  private static boolean needsTarget(Draw draw) {
    Operation.Kind kind = draw.operation().kind();
    return kind == Operation.Kind.DECRYPT || kind == Operation.Kind.UNWRAP;
  }

  /** A step by which the target is asked for one input. */
  @FunctionalInterface
  private interface Step {
    Future<byte[]> input(Prepared prepared, CofreClient client, byte[] plaintext);
  }

  /** Each caller asks for what it will send itself. */
  private static List<Prepared> inTurns(List<Site> sites, List<Prepared> prepared, Step step)
      throws IOException {
    List<Prepared> done = new ArrayList<>();
    List<CofreClient> clients = new ArrayList<>();
    try {
      sites.forEach(site -> clients.add(CofreClient.create(site.endpoint())));
      for (int from = 0; from < prepared.size(); from += AT_ONCE) {
        List<Prepared> turn = prepared.subList(from, Math.min(prepared.size(), from + AT_ONCE));
        Function<Prepared, Future<List<byte[]>>> ask =
            one -> one.inputs(clients.get(one.draw.caller()), step);
        List<Future<List<byte[]>>> asked = turn.stream().map(ask).toList();
        for (int i = 0; i < turn.size(); i++) {
          List<byte[]> inputs = asked.get(i).toCompletionStage().toCompletableFuture().join();
          done.add(new Prepared(turn.get(i).draw, turn.get(i).plaintexts, inputs));
        }
      }
    } catch (CompletionException e) {
      if (e.getCause() instanceof CofreException refused) {
        throw new IOException(
            "the target cannot be prepared: " + refused.reason() + ": " + refused.detail(), e);
      }
      throw new IOException("the target cannot be prepared: " + e.getCause().getMessage(), e);
    } finally {
      clients.forEach(CofreClient::close);
    }
    return done;
  }

  private Future<List<byte[]>> inputs(CofreClient client, Step step) {
    List<Future<byte[]>> asked =
        plaintexts.stream().map(plaintext -> step.input(this, client, plaintext)).toList();
    return Future.all(asked).map(all -> all.list());
  }

  private static Future<byte[]> input(Prepared prepared, CofreClient client, byte[] plaintext) {
    Draw draw = prepared.draw;
    return switch (draw.operation().kind()) {
      case DECRYPT -> client.encrypt(draw.key(), plaintext, draw.context());
      case UNWRAP ->
          client.generateDataKey(draw.key(), draw.context(), false).map(DataKey::wrapped);
      default -> Future.succeededFuture(plaintext);
    };
  }

  /** Under a data key that was made for this one envelope: the node that opens it asks its HSM. */
  private static Future<byte[]> sealedByCaller(
      Prepared prepared, CofreClient client, byte[] plaintext) {
    Draw draw = prepared.draw;
    return client
        .generateDataKey(draw.key(), draw.context(), true)
        .map(dataKey -> sealed(dataKey, draw, plaintext));
  }

  private static byte[] sealed(DataKey dataKey, Draw draw, byte[] plaintext) {
    byte[] envelope = new byte[(int) EnvelopeFormat.envelopeLength(plaintext.length)];
    WrappedDataKey wrapped = WrappedDataKey.parse(dataKey.wrapped(), 0);
    try (dataKey;
        RequestKeyDerivation derivation =
            new RequestKeyDerivation(dataKey.plaintext().orElseThrow(), wrapped);
        EnvelopeSealer sealer =
            new EnvelopeSealer(new JcaAead(), derivation, KernelRandom.INSTANCE)) {
      byte[] aad = EncryptionContext.of(draw.context()).canonical();
      sealer.seal(aad, plaintext, 0, plaintext.length, envelope, 0);
    }
    return envelope;
  }
}

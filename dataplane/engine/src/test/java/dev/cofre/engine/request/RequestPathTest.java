package dev.cofre.engine.request;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.EnvelopeSealer;
import dev.cofre.contract.envelope.JcaAead;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.engine.keys.KeyLimits;
import dev.cofre.engine.keys.KeyWrapping;
import dev.cofre.hsm.SimulatedHsm;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests through an engine whose HSM is simulated. */
class RequestPathTest {
  private static final EncryptionContext NONE = EncryptionContext.EMPTY;
  private static final byte[] TEXT = "attack at dawn".getBytes(StandardCharsets.US_ASCII);

  private TestEngine engine;
  private TestEngine.Loop loop;

  @BeforeEach
  void start() throws Exception {
    engine = new TestEngine(Duration.ofMillis(1), KeyLimits.DEFAULT);
    loop = engine.newLoop();
  }

  @AfterEach
  void stop() {
    loop.close();
    engine.close();
  }

  private static byte[] envelopeOf(KeyWrapping.Minted minted) {
    byte[] envelope = new byte[(int) EnvelopeFormat.envelopeLength(TEXT.length)];
    try (RequestKeyDerivation derivation =
            new RequestKeyDerivation(minted.plaintext().copy(), minted.wrapped());
        EnvelopeSealer sealer =
            new EnvelopeSealer(new JcaAead(), derivation, KernelRandom.INSTANCE)) {
      sealer.seal(new byte[0], TEXT, 0, TEXT.length, envelope, 0);
    }
    return envelope;
  }

  private static CompletableFuture<byte[]> decrypt(TestEngine.Loop loop, byte[] envelope) {
    return loop.run(
        () -> {
          Batch batch = loop.path.newBatch();
          batch.add(envelope, 0, envelope.length, NONE);
          return loop.path
              .decrypt(loop.caller, batch)
              .thenApply(
                  done -> {
                    ProblemException problem = batch.problem(0);
                    byte[] out = problem == null ? batch.copyOfOutput(0) : null;
                    batch.close();
                    if (problem != null) {
                      throw problem;
                    }
                    return out;
                  });
        });
  }

  private static CompletableFuture<byte[]> encrypt(TestEngine.Loop loop) {
    return loop.run(
        () -> {
          Batch batch = loop.path.newBatch();
          batch.add(TEXT, 0, TEXT.length, NONE);
          return loop.path
              .encrypt(loop.caller, "demo", batch)
              .thenApply(
                  done -> {
                    byte[] out = batch.copyOfOutput(0);
                    batch.close();
                    return out;
                  });
        });
  }

  private static ErrorCode failure(CompletableFuture<?> future) {
    CompletionException e = assertThrows(CompletionException.class, future::join);
    return assertInstanceOf(ProblemException.class, e.getCause()).code();
  }

  @Test
  void tenThousandRequestsForOneColdDataKeyAreOneUnwrap() {
    byte[] envelope = envelopeOf(engine.mintedElsewhere());
    List<CompletableFuture<byte[]>> requests = new ArrayList<>();
    try (TestEngine.Loop second = engine.newLoop()) {
      for (int i = 0; i < 10_000; i++) {
        requests.add(decrypt(i % 2 == 0 ? loop : second, envelope));
      }
      for (CompletableFuture<byte[]> request : requests) {
        assertArrayEquals(TEXT, request.join());
      }
    }
    // The gateway's canary may have asked the HSM too, so it is the cache that tells.
    assertEquals(1, engine.engine.keys().decryption().misses());
    assertEquals(10_000, engine.events.size());
  }

  @Test
  void theHsmIsGoneAndCachedKeysServe() {
    byte[] cached = encrypt(loop).join();
    byte[] cold = envelopeOf(engine.mintedElsewhere());
    byte[] alsoCold = envelopeOf(engine.mintedElsewhere());
    engine.hsm.fail(SimulatedHsm.Outage.ERRORS);
    assertEquals(ErrorCode.HSM_UNAVAILABLE, failure(decrypt(loop, cold)));
    assertArrayEquals(TEXT, decrypt(loop, cached).join());
    assertArrayEquals(TEXT, decrypt(loop, encrypt(loop).join()).join());
    engine.hsm.fail(SimulatedHsm.Outage.NONE);
    long backByNs = System.nanoTime() + 1_000_000_000L;
    while (!engine.gateway().isHealthy()) {
      assertTrue(System.nanoTime() < backByNs, "back within a second");
      Thread.onSpinWait();
    }
    assertArrayEquals(TEXT, decrypt(loop, alsoCold).join());
  }

  @Test
  void eachItemHasItsOwnOutcome() {
    byte[] good = encrypt(loop).join();
    byte[] cold = envelopeOf(engine.mintedElsewhere());
    byte[] changed = good.clone();
    changed[changed.length - 1] ^= 1;
    byte[] foreign = good.clone();
    foreign[10] ^= 1;
    Batch done =
        loop.run(
                () -> {
                  Batch batch = loop.path.newBatch();
                  batch.add(good, 0, good.length, NONE);
                  batch.add(changed, 0, changed.length, NONE);
                  batch.addMalformed(new ProblemException(ErrorCode.INVALID_REQUEST, "no base64"));
                  batch.add(cold, 0, cold.length, NONE);
                  batch.add(foreign, 0, foreign.length, NONE);
                  batch.add(good, 0, 20, NONE);
                  batch.add(good, 0, good.length, NONE);
                  return loop.path.decrypt(loop.caller, batch).thenApply(nothing -> batch);
                })
            .join();
    List<ErrorCode> codes = new ArrayList<>();
    for (int i = 0; i < done.size(); i++) {
      codes.add(done.problem(i) == null ? null : done.problem(i).code());
    }
    ErrorCode invalid = ErrorCode.INVALID_CIPHERTEXT;
    List<ErrorCode> expected = new ArrayList<>();
    expected.add(null);
    expected.add(invalid);
    expected.add(ErrorCode.INVALID_REQUEST);
    expected.add(null);
    expected.add(invalid);
    expected.add(invalid);
    expected.add(null);
    assertEquals(expected, codes);
    assertArrayEquals(TEXT, done.copyOfOutput(0));
    assertArrayEquals(TEXT, done.copyOfOutput(3));
    assertArrayEquals(TEXT, done.copyOfOutput(6));
  }

  @Test
  void aBatchOpensWhatABatchSealed() {
    byte[][] plaintexts = new byte[100][];
    for (int i = 0; i < plaintexts.length; i++) {
      plaintexts[i] = KernelRandom.INSTANCE.bytes(1_024);
    }
    byte[][] envelopes =
        outputs(plaintexts, batch -> loop.path.encrypt(loop.caller, "demo", batch));
    byte[][] opened = outputs(envelopes, batch -> loop.path.decrypt(loop.caller, batch));
    assertArrayEquals(plaintexts, opened);
    assertArrayEquals(
        plaintexts, outputs(envelopes, batch -> loop.path.decrypt(loop.caller, batch)));
  }

  private byte[][] outputs(byte[][] inputs, Function<Batch, CompletableFuture<Void>> call) {
    return loop.run(
            () -> {
              Batch batch = loop.path.newBatch();
              for (byte[] input : inputs) {
                batch.add(input, 0, input.length, NONE);
              }
              return call.apply(batch)
                  .thenApply(
                      done -> {
                        byte[][] outputs = new byte[inputs.length][];
                        for (int i = 0; i < outputs.length; i++) {
                          assertNull(batch.problem(i));
                          outputs[i] = batch.copyOfOutput(i);
                        }
                        batch.close();
                        return outputs;
                      });
            })
        .join();
  }

  @Test
  void whatCannotBeAuditedIsNotAnswered() {
    byte[] envelope = encrypt(loop).join();
    engine.auditFails = true;
    assertEquals(ErrorCode.AUDIT_UNAVAILABLE, failure(encrypt(loop)));
    assertEquals(ErrorCode.AUDIT_UNAVAILABLE, failure(decrypt(loop, envelope)));
  }

  @Test
  void aDisabledKeyServesNoMore() throws Exception {
    byte[] envelope = encrypt(loop).join();
    engine.disable();
    assertEquals(ErrorCode.KEY_DISABLED, failure(encrypt(loop)));
    assertEquals(ErrorCode.KEY_DISABLED, failure(decrypt(loop, envelope)));
    long goneByNs = System.nanoTime() + 5_000_000_000L;
    while (engine.engine.keys().decryption().size() > 0) {
      assertTrue(System.nanoTime() < goneByNs, "evicted");
      Thread.onSpinWait();
    }
  }

  @Test
  void aBatchIsUsedAgainAndItsPlaintextOverwritten() {
    byte[] envelope = encrypt(loop).join();
    Batch first =
        loop.run(
                () -> {
                  Batch batch = loop.path.newBatch();
                  batch.add(envelope, 0, envelope.length, NONE);
                  return loop.path.decrypt(loop.caller, batch).thenApply(nothing -> batch);
                })
            .join();
    byte[] output = first.output();
    assertArrayEquals(TEXT, first.copyOfOutput(0));
    first.close();
    first.close();
    assertArrayEquals(new byte[TEXT.length], Arrays.copyOf(output, TEXT.length));
    Batch second = loop.path.newBatch();
    assertTrue(first == second, "used again");
    assertTrue(second != loop.path.newBatch(), "closed twice, given once");
    assertEquals(0, second.size());
    second.addMalformed(new ProblemException(ErrorCode.INVALID_REQUEST, "x"));
    assertNull(second.key(0));
  }
}

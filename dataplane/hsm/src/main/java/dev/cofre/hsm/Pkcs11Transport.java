package dev.cofre.hsm;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.transport.KeyCheckValue;
import dev.cofre.contract.transport.MaterialWrapper;
import dev.cofre.contract.transport.RecipientKey;
import dev.cofre.contract.transport.WrappingAlgorithm;
import java.security.ProviderException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Key transport by the module's own functions, whatever back end carries wraps.
 *
 * <p>What a module can is not asked of it: lists of mechanisms do not tell OAEP's hash, and KWP has
 * had two meanings. It is tried with material that the JDK wrapped. So it is told, too, whether it
 * is the material's fault when a token does not unwrap it: the same pair unwraps what is right.
 */
final class Pkcs11Transport implements KeyTransport {
  private final Sessions sessions;
  private final Set<WrappingAlgorithm> notInside = ConcurrentHashMap.newKeySet();

  /** Where sessions come from. */
  interface Sessions {
    /** Runs {@code work}, and once more after a new login when the token fails. */
    <T> T again(Function<TokenTransport, T> work);

    /** Runs {@code work} once. */
    <T> T once(Function<TokenTransport, T> work);
  }

  Pkcs11Transport(Sessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public WrappingKey makeWrappingKey(
      String label, int bits, Optional<WrappingAlgorithm> algorithm) {
    requireFree(label);
    Set<WrappingAlgorithm> asked =
        algorithm.map(EnumSet::of).orElseGet(() -> EnumSet.allOf(WrappingAlgorithm.class));
    return said(
        () ->
            sessions.once(
                token -> {
                  List<WrappingAlgorithm> inside =
                      asked.stream().filter(one -> !notInside.contains(one)).toList();
                  return make(token, label, bits, inside, Through.HSM)
                      .or(() -> make(token, label, bits, asked, Through.MEMORY))
                      .orElseThrow(
                          () ->
                              new WrappingNotAvailableException(
                                  "the HSM unwraps none of " + asked));
                }));
  }

  private Optional<WrappingKey> make(
      TokenTransport token,
      String label,
      int bits,
      Iterable<WrappingAlgorithm> asked,
      Through through) {
    if (!asked.iterator().hasNext()) {
      return Optional.empty();
    }
    RecipientKey publicKey = ImportPair.generate(token, label, bits, through);
    long pair = ImportPair.find(token, label).orElseThrow(() -> new TokenFailure("no pair"));
    for (WrappingAlgorithm algorithm : asked) {
      WrappingKey key = new WrappingKey(publicKey, algorithm, through);
      if (works(token, pair, key)) {
        return Optional.of(key);
      }
      if (through == Through.HSM) {
        notInside.add(algorithm);
      }
    }
    token.keys().destroy(pair);
    return Optional.empty();
  }

  /** Whether the token unwraps what the JDK wraps; a token that is away throws. */
  private static boolean works(TokenTransport token, long pair, WrappingKey key) {
    byte[] material = KernelRandom.INSTANCE.bytes(WrappingAlgorithm.MATERIAL_LENGTH);
    try {
      byte[] wrapped =
          MaterialWrapper.wrap(
              key.algorithm(), key.publicKey().key(), material, KernelRandom.INSTANCE);
      return new WrappedMaterial(token, pair, key, wrapped)
          .check()
          .equals(KeyCheckValue.of(material));
    } catch (TokenFailure | MaterialRejectedException e) {
      if (!token.keys().isLoggedIn()) {
        throw new TokenFailure("the session is not logged in");
      }
      return false;
    } finally {
      Arrays.fill(material, (byte) 0);
    }
  }

  private void requireFree(String label) {
    boolean taken = said(() -> sessions.again(token -> token.keys().isTaken(label)));
    if (taken) {
      throw new HsmException("the token already holds an object with the label " + label);
    }
  }

  @Override
  public void destroyWrappingKey(String label) {
    said(
        () ->
            sessions.again(
                token -> {
                  OptionalLong pair = ImportPair.find(token, label);
                  pair.ifPresent(token.keys()::destroy);
                  return true;
                }));
  }

  @Override
  public KeyCheckValue check(String label, WrappingKey key, byte[] wrapped) {
    return said(
        () -> sessions.again(token -> opened(token, label, key, wrapped, WrappedMaterial::check)));
  }

  @Override
  public void importKek(
      String label, WrappingKey key, byte[] wrapped, String kekLabel, boolean exportable) {
    requireFree(kekLabel);
    // Not tried again: a KEK may have been made although the answer was lost.
    said(
        () ->
            sessions.once(
                token ->
                    opened(
                        token,
                        label,
                        key,
                        wrapped,
                        material -> {
                          material.check();
                          return material.place(TokenKeys.kek(token.arena(), kekLabel, exportable));
                        })));
  }

  @Override
  public ClearKey open(String label, WrappingKey key, byte[] wrapped) {
    return said(
        () ->
            sessions.again(
                token ->
                    opened(
                        token,
                        label,
                        key,
                        wrapped,
                        material -> {
                          material.check();
                          return material.open();
                        })));
  }

  private static <T> T opened(
      TokenTransport token,
      String label,
      WrappingKey key,
      byte[] wrapped,
      Function<WrappedMaterial, T> work) {
    long pair = ImportPair.find(token, label).orElseThrow(() -> new KekMissingException(label));
    try {
      return work.apply(new WrappedMaterial(token, pair, key, wrapped));
    } catch (TokenFailure e) {
      if (works(token, pair, key)) {
        throw new MaterialRejectedException(
            "the material cannot be unwrapped: it was wrapped to another key or in another way, or"
                + " it does not have 32 bytes");
      }
      throw e;
    }
  }

  @Override
  public Exported export(
      String kekLabel, RecipientKey recipient, Optional<WrappingAlgorithm> algorithm) {
    return said(
        () ->
            sessions.again(
                token -> {
                  long kek =
                      token
                          .keys()
                          .findKek(kekLabel)
                          .orElseThrow(() -> new KekMissingException(kekLabel));
                  return export(token, kek, recipient, algorithm);
                }));
  }

  @Override
  public Exported export(
      ClearKey kek, RecipientKey recipient, Optional<WrappingAlgorithm> algorithm) {
    return said(
        () ->
            sessions.again(
                token -> {
                  Template template =
                      token
                          .sessionKey(true)
                          .memory(Template.CKA_VALUE, kek.memory().asSlice(0, kek.length()));
                  return export(token, token.create(template), recipient, algorithm);
                }));
  }

  private static Exported export(
      TokenTransport token, long kek, RecipientKey recipient, Optional<WrappingAlgorithm> asked) {
    List<WrappingAlgorithm> candidates =
        asked.map(List::of).orElseGet(() -> List.of(WrappingAlgorithm.values())).stream()
            .filter(WrappingAlgorithm::isIndirect)
            .toList();
    long to = ImportPair.recipient(token, recipient);
    long between = token.generateBetween();
    byte[] kwp = token.wrapKwp(between, kek);
    if (kwp.length != WrappingAlgorithm.KWP_LENGTH) {
      throw new TokenFailure("the token wrapped the KEK to another length");
    }
    // What leaves is what can be opened: the check value is that of the wrapped KEK.
    KeyCheckValue check = token.check(token.unwrapKwp(between, token.bytes(kwp), token.trial()));
    for (WrappingAlgorithm algorithm : candidates) {
      Optional<byte[]> sealed = sealed(token, algorithm, to, between);
      if (sealed.isPresent()) {
        byte[] wrapped = Arrays.copyOf(sealed.get(), sealed.get().length + kwp.length);
        System.arraycopy(kwp, 0, wrapped, sealed.get().length, kwp.length);
        return new Exported(algorithm, wrapped, check);
      }
    }
    throw new WrappingNotAvailableException(
        "the HSM wraps with none of " + (asked.isPresent() ? asked.get() : candidates));
  }

  private static Optional<byte[]> sealed(
      TokenTransport token, WrappingAlgorithm algorithm, long to, long between) {
    try {
      return Optional.of(token.wrapOaep(algorithm, to, between));
    } catch (TokenFailure e) {
      if (!token.keys().isLoggedIn()) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private static <T> T said(Supplier<T> call) {
    try {
      return call.get();
    } catch (ProviderException e) {
      throw new HsmException("the HSM failed: " + e.getMessage(), e);
    }
  }
}

package dev.cofre.cli.agent;

import dev.cofre.cli.template.UnfitValueException;
import dev.cofre.client.CofreException;
import dev.cofre.client.credentials.Issuing;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/**
 * Keeps one certificate: before a third of its life is left it gets the next one, for a fresh key
 * that never leaves this machine. Ends are counted as {@link LeaseKeeper} counts them.
 */
final class CertificateKeeper implements Keeper {
  private static final double LEAST = 0.55;
  private static final double MOST = 0.7;
  private static final Map<String, String> CURVES =
      Map.of("ec-p256", "secp256r1", "ec-p384", "secp384r1");

  private final Source.Certificate source;
  private final Attempts attempts;
  private Issued current;

  /** A request that may have been carried out unheard; null for none. */
  private Request open;

  private record Request(String idempotencyKey, String csr, String privateKey) {
    @Override
    public String toString() {
      return "Request[" + idempotencyKey + "]";
    }
  }

  private record Issued(
      String key, String certificate, String authority, String serial, Instant ends) {
    @Override
    public String toString() {
      return "Issued[" + serial + "]";
    }
  }

  CertificateKeeper(Source.Certificate source, Attempts attempts) {
    this.source = source;
    this.attempts = attempts;
  }

  @Override
  public Set<String> sources() {
    return Set.of(source.name());
  }

  @Override
  public Attempts attempts() {
    return attempts;
  }

  @Override
  public boolean step(Vault vault) {
    if (open == null) {
      open = request();
    }
    Instant asked = attempts.now();
    JsonObject issued;
    try {
      issued = vault.issueCertificate(source.wanted().put("csr", open.csr), open.idempotencyKey);
    } catch (CofreException e) {
      if (!Issuing.isOpen(e)) {
        open = null;
      }
      throw e;
    }
    Duration life = Duration.between(issued.getInstant("issuedAt"), issued.getInstant("expiresAt"));
    current =
        new Issued(
            open.privateKey,
            issued.getString("certificate"),
            issued.getString("authorityCertificate"),
            issued.getString("serial"),
            asked.plus(life));
    open = null;
    attempts.succeeded(life, LEAST, MOST);
    return true;
  }

  private Request request() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(CURVES.get(source.keyType())));
      KeyPair pair = generator.generateKeyPair();
      return new Request(
          Issuing.freshKey(),
          CertificateRequest.pem(pair, source.dnsNames(), source.uris(), source.ipAddresses()),
          CertificateRequest.pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no elliptic curves", e);
    }
  }

  @Override
  public boolean holds(String name) {
    return current != null && current.ends.isAfter(attempts.now());
  }

  @Override
  public byte[] field(String name, String field) throws UnfitValueException {
    if (!holds(name)) {
      throw new UnfitValueException(name + " has no certificate");
    }
    String chain = current.certificate + current.authority;
    String text =
        switch (field) {
          case "key" -> current.key;
          case "certificate" -> current.certificate;
          case "authority" -> current.authority;
          case "chain" -> chain;
          default -> current.key + chain;
        };
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public JsonObject save(String name) {
    return current == null
        ? null
        : new JsonObject()
            .put("key", current.key)
            .put("certificate", current.certificate)
            .put("authority", current.authority)
            .put("serial", current.serial)
            .put("ends", current.ends.toString())
            .put("due", attempts.due().toString())
            .put("seen", attempts.seen().toString());
  }

  @Override
  public void restore(String name, JsonObject saved) {
    Instant ends = saved.getInstant("ends");
    if (ends.isAfter(attempts.now())) {
      current =
          new Issued(
              saved.getString("key"),
              saved.getString("certificate"),
              saved.getString("authority"),
              saved.getString("serial"),
              ends);
      attempts.restore(saved.getInstant("due"), saved.getInstant("seen"));
    }
  }

  @Override
  public JsonObject status(String name) {
    JsonObject status =
        new JsonObject()
            .put("kind", "certificate")
            .put("role", source.authority() + "/" + source.role());
    if (current != null) {
      status
          .put("serial", current.serial)
          .put("ends", current.ends.toString())
          .put("nextAt", attempts.due().toString());
    }
    return attempts.trouble().isEmpty() ? status : status.put("trouble", attempts.trouble());
  }

  @Override
  public void wipe() {
    current = null;
    open = null;
  }
}

package dev.cofre.cli.agent;

import dev.cofre.cli.run.SecretValue;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/**
 * The calls of the control plane that an agent makes. Each waits for its answer.
 *
 * <p>They throw {@link dev.cofre.client.CofreException} when the control plane refuses, or cannot
 * be reached.
 */
public interface Vault {
  /**
   * Values of secrets.
   *
   * @param values by name; the receiver overwrites them
   * @param refusals by name: why there is no value
   */
  record Read(Map<String, SecretValue> values, Map<String, String> refusals) {}

  /**
   * The current values of {@code names}, at most 100.
   *
   * @param resolve whether templates among them are filled with what they refer to
   */
  Read read(List<String> names, boolean resolve);

  /** Makes a credential; {@code key} tells a repetition from another request. */
  JsonObject issueLease(JsonObject wanted, String key);

  /** Prolongs a lease. */
  JsonObject renewLease(String id, JsonObject wanted);

  /** Ends a lease. */
  void revokeLease(String id);

  /** Issues a certificate; {@code key} tells a repetition from another request. */
  JsonObject issueCertificate(JsonObject wanted, String key);
}

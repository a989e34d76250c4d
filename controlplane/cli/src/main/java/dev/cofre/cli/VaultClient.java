package dev.cofre.cli;

import dev.cofre.cli.agent.Vault;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/** The control plane's calls for an agent. Thread-safe. */
record VaultClient(ControlPlane.Calls calls) implements Vault {
  private static final String IDEMPOTENCY_KEY = "Idempotency-Key";

  @Override
  public Read read(List<String> names, boolean resolve) {
    SecretReader.Answer answer = SecretReader.read(calls, names, resolve);
    return new Read(answer.values(), answer.refusals());
  }

  @Override
  public JsonObject issueLease(JsonObject wanted, String key) {
    return calls.call(HttpMethod.POST, "/v1/leases", wanted, Map.of(IDEMPOTENCY_KEY, key));
  }

  @Override
  public JsonObject renewLease(String id, JsonObject wanted) {
    return calls.post("/v1/leases/" + ControlPlane.escaped(id) + "/renew", wanted);
  }

  @Override
  public void revokeLease(String id) {
    calls.post("/v1/leases/" + ControlPlane.escaped(id) + "/revoke", null);
  }

  @Override
  public JsonObject issueCertificate(JsonObject wanted, String key) {
    return calls.call(HttpMethod.POST, "/v1/certificates", wanted, Map.of(IDEMPOTENCY_KEY, key));
  }
}

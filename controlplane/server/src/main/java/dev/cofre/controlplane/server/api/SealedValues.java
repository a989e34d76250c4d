package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.KEY_SHOW;
import static io.vertx.core.http.HttpMethod.GET;

import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Tombstone;
import dev.cofre.controlplane.server.store.SealedValueQuery.Sealed;
import dev.cofre.controlplane.server.store.Transaction;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** How many values of secrets a KMS key protects, and its end would end. Thread-safe. */
final class SealedValues {
  private final Changing changing;

  SealedValues(Changing changing) {
    this.changing = changing;
  }

  Route route() {
    return new Route(GET, "/v1/keys/{key}/secret-values", KEY_SHOW, this::list);
  }

  private Answer list(Call call) {
    List<Sealed> sealed =
        changing.read(
            call,
            tx -> {
              KmsKey key = KeyOperations.visible(tx, call);
              return tx.sealedValues().under(key.draft().tenant(), key.id());
            });
    JsonArray items = new JsonArray();
    sealed.forEach(
        of ->
            items.add(
                new JsonObject()
                    .put("version", of.version())
                    .put("values", of.values())
                    .put("secrets", of.secrets())));
    return Answer.json(
        200,
        new JsonObject()
            .put("values", sealed.stream().mapToInt(Sealed::values).sum())
            .put("secrets", sealed.stream().mapToInt(Sealed::secrets).sum())
            .put("items", items));
  }

  /**
   * What the end of {@code key}, or of its version {@code number}, ends.
   *
   * @param number of the version, or {@link Tombstone#WHOLE_KEY}
   */
  static Ended endedBy(Transaction tx, KmsKey key, int number) {
    List<Sealed> sealed =
        tx.sealedValues().under(key.draft().tenant(), key.id()).stream()
            .filter(of -> number == Tombstone.WHOLE_KEY || of.version() == number)
            .toList();
    return new Ended(
        sealed.stream().mapToInt(Sealed::values).sum(),
        sealed.stream().mapToInt(Sealed::secrets).sum());
  }

  /**
   * Values that cannot be read any more.
   *
   * @param secrets those whose current value is among them
   */
  record Ended(int values, int secrets) {
    /** For who approves it; nothing when there are none. */
    List<String> lines() {
      return values == 0
          ? List.of()
          : List.of(
              "- values of secrets that end with it: "
                  + values
                  + ", the current ones of "
                  + secrets
                  + " secrets");
    }

    /** Says it in the answer about a key. */
    void tell(JsonObject key) {
      key.put("endedSecretValues", values).put("endedSecrets", secrets);
    }
  }
}

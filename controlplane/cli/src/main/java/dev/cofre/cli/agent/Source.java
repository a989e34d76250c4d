package dev.cofre.cli.agent;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;

/** Where values come from. Immutable. */
public sealed interface Source {
  /** What files call it. */
  String name();

  /** Whether it has {@code field}, as far as that is known without its value. */
  boolean hasField(String field);

  /** The fields that it has, in words. */
  String fields();

  /** All that it says but its name: what is cached is good for the same alone. */
  JsonObject definition();

  /**
   * A static secret.
   *
   * @param trim whether the line end that the value ends with is left out
   * @param resolve whether a template is filled with what it refers to
   */
  record Secret(String name, String secret, boolean trim, boolean resolve) implements Source {
    /** The whole value. */
    static final String VALUE = "value";

    /** What precedes the name of a field of a value that is a JSON object. */
    static final String JSON = "json.";

    @Override
    public boolean hasField(String field) {
      return field.equals(VALUE) || (field.startsWith(JSON) && field.length() > JSON.length());
    }

    @Override
    public String fields() {
      return "value, and json.NAME for a field of a value that is a JSON object";
    }

    @Override
    public JsonObject definition() {
      JsonObject definition = new JsonObject().put("secret", secret).put("trim", trim);
      return resolve ? definition.put("resolve", true) : definition;
    }
  }

  /**
   * A credential that the vault makes.
   *
   * @param ttlSeconds null for what the role says
   */
  record Lease(String name, String engine, String role, Integer ttlSeconds) implements Source {
    private static final List<String> FIELDS = List.of("username", "password");

    @Override
    public boolean hasField(String field) {
      return FIELDS.contains(field);
    }

    @Override
    public String fields() {
      return String.join(", ", FIELDS);
    }

    @Override
    public JsonObject definition() {
      return wanted();
    }

    /** What the control plane is asked. */
    JsonObject wanted() {
      JsonObject wanted = new JsonObject().put("engine", engine).put("role", role);
      return ttlSeconds == null ? wanted : wanted.put("ttlSeconds", ttlSeconds);
    }
  }

  /**
   * A certificate for a key that the agent makes.
   *
   * @param ttlSeconds null for what the role says
   */
  record Certificate(
      String name,
      String authority,
      String role,
      List<String> dnsNames,
      List<String> uris,
      List<String> ipAddresses,
      String keyType,
      Integer ttlSeconds)
      implements Source {
    private static final Set<String> FIELDS =
        Set.of("key", "certificate", "authority", "chain", "bundle");

    /** Takes copies. */
    public Certificate {
      dnsNames = List.copyOf(dnsNames);
      uris = List.copyOf(uris);
      ipAddresses = List.copyOf(ipAddresses);
    }

    @Override
    public boolean hasField(String field) {
      return FIELDS.contains(field);
    }

    @Override
    public String fields() {
      return "key, certificate, authority, chain (the two before), bundle (all three)";
    }

    @Override
    public JsonObject definition() {
      return wanted()
          .put("dnsNames", new JsonArray(dnsNames))
          .put("uris", new JsonArray(uris))
          .put("ipAddresses", new JsonArray(ipAddresses))
          .put("keyType", keyType);
    }

    /** What the control plane is asked, but for the request to be signed. */
    JsonObject wanted() {
      JsonObject wanted = new JsonObject().put("authority", authority).put("role", role);
      return ttlSeconds == null ? wanted : wanted.put("ttlSeconds", ttlSeconds);
    }
  }
}

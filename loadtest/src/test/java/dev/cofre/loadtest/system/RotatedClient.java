package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.Base64;

/**
 * A client of a database that takes its credential from a rotated secret, as the documentation
 * says: it reads it at its start and then again and again, and uses what it read last. Used by one
 * thread, but for {@link #credential}.
 */
final class RotatedClient {
  private final Api api;
  private final String path;
  private volatile Credential credential;

  /** Reads the secret {@code name} by {@code api}. */
  RotatedClient(Api api, String name) throws IOException, InterruptedException {
    this.api = api;
    this.path = "/v1/secrets/" + name + "/value";
    read();
  }

  /** What a value of the secret says. */
  record Credential(int version, String user, String password) {
    @Override
    public String toString() {
      return "version " + version + " of " + user;
    }
  }

  /** Reads it again; whether it is another one. */
  boolean read() throws IOException, InterruptedException {
    Answer answer = api.get(path);
    if (answer.status() != 200) {
      throw new IOException(answer.toString());
    }
    JsonObject json = answer.json();
    JsonObject value =
        new JsonObject(new String(Base64.getDecoder().decode(json.getString("value")), UTF_8));
    Credential read =
        new Credential(
            json.getInteger("version"), value.getString("username"), value.getString("password"));
    boolean other = !read.equals(credential);
    credential = read;
    return other;
  }

  /** What it uses. */
  Credential credential() {
    return credential;
  }
}

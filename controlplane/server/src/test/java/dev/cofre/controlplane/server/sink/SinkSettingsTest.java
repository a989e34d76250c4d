package dev.cofre.controlplane.server.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.engine.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong in a sink's file is named with its line, and what it may be. */
class SinkSettingsTest {
  @TempDir Path directory;

  private String refusal(String name, String... lines) throws IOException {
    Files.write(directory.resolve(name), List.of(lines));
    return assertThrows(ConfigException.class, () -> SinkSettings.readAll(directory)).getMessage();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kind = pigeon | line 1: kind must be one of kafka, file, webhook, syslog",
        "directory = out | kind is missing: one of kafka, file, webhook, syslog",
        "kind = file;topic = x | line 2: there is no setting topic",
        "kind = file | directory is missing",
        "kind = file;directory = out;format = xml | line 3: format must be one of cofre, ocsf",
        "kind = file;directory = out;start = now | line 3: start must be one of beginning, end",
        "kind = file;directory = out;sync = maybe | line 3: sync must be a flag",
        "kind = file;directory = o;rotateBytes = 5 | line 3: rotateBytes must be from 1048576 to 2147483647",
        "kind = file;directory = o;batchEvents = 0 | line 3: batchEvents must be from 1 to 1000",
        "kind = kafka;bootstrapServers = b;topic = t | line 2: bootstrapServers must be HOST:PORT",
        "kind = kafka;bootstrapServers = b:9;topic = a b | line 3: topic must be 1 to 249 letters",
        "kind = kafka;bootstrapServers = 192.0.2.1:9;topic = t;plaintext = true | line 4: plaintext is for loopback addresses only",
        "kind = kafka;bootstrapServers = b:9;topic = t;compression = zstd | line 4: compression must be one of none, gzip",
        "kind = kafka;bootstrapServers = b:9;topic = t;key = k.pem | line 4: key needs the other",
        "kind = kafka;bootstrapServers = b:9;topic = t;saslUser = u | line 4: saslUser needs the other",
        "kind = kafka;bootstrapServers = b:9;topic = t;saslUser = u;saslPasswordFile = none | line 5: saslPasswordFile names a file that is not there",
        "kind = kafka;bootstrapServers = b:9;topic = t;saslMechanism = GSSAPI;saslUser = u;saslPasswordFile = none | line 4: saslMechanism must be one of SCRAM-SHA-512, SCRAM-SHA-256, PLAIN",
        "kind = kafka;bootstrapServers = 127.0.0.1:9;topic = t;plaintext = true;saslUser = u;saslPasswordFile = p | line 5: saslUser is for brokers with TLS",
        "kind = syslog;host = h;port = 70000 | line 3: port must be from 1 to 65535",
        "kind = syslog;host = h;ca = none.pem | line 3: ca must name a PEM file",
        "kind = webhook;url = http://192.0.2.1/x;secretFile = s | line 2: url must begin with https://",
        "kind = webhook;url = https://u:p@h/x;secretFile = s | line 2: url must have no user, query or fragment",
        "kind = webhook;url = https://h/x?token=1;secretFile = s | line 2: url must have no user",
        "kind = webhook;url = https://h/x;secretFile = none | line 3: secretFile names a file that is not there",
      })
  void whatIsWrongIsNamed(String file, String expected) throws IOException {
    String message = refusal("one.conf", file.split(";"));
    assertTrue(message.contains("one.conf"), message);
    assertTrue(message.contains(expected), message);
  }

  @Test
  void aSecretIsNotQuotedAndNotForEverybody() throws IOException {
    Path secret = directory.resolve("secret");
    String[] lines = {"kind = webhook", "url = https://h/x", "secretFile = secret"};
    Files.writeString(secret, "whsec_short-and-wrong");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    String message = refusal("one.conf", lines);
    assertTrue(message.contains("must hold whsec_ and 24 to 64 bytes"), message);
    assertFalse(message.contains("short"), message);
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
    assertTrue(refusal("one.conf", lines).contains("can be read by everybody"));
  }

  @Test
  void aNameIsPlainAndOtherFilesAreNoSinks() throws IOException {
    Files.writeString(directory.resolve("notes.txt"), "kind = pigeon");
    assertEquals(List.of(), SinkSettings.readAll(directory));
    assertTrue(refusal("A B.conf", "kind = file").contains("a sink's name is 1 to 32 of a-z"));
  }
}

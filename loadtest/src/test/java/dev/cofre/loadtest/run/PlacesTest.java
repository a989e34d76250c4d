package dev.cofre.loadtest.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.traffic.Site;
import dev.cofre.loadtest.workload.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A token goes to the loopback, or over TLS; and what is missing is named. */
class PlacesTest {
  @TempDir Path folder;

  private Site site(String target, String more) throws Exception {
    Path token = Files.writeString(folder.resolve("app.token"), "secret");
    Workload workload =
        Workload.parse(
            "w.yaml", "target: {%s}\noperations: [{do: encrypt}]\n%s".formatted(target, more));
    return new Places(Map.of(), null, token, null, null).site(workload);
  }

  @Test
  void framesListenTwoPortsAboveHttp() throws Exception {
    assertEquals(
        9_442, site("protocol: frames, url: \"http://127.0.0.1:9440\"", "").frames().getPort());
  }

  @Test
  void aTokenDoesNotCrossANetworkInTheClear() throws Exception {
    for (String target :
        new String[] {
          "url: \"http://192.0.2.1:8440\"",
          "protocol: grpc, url: \"http://192.0.2.1:8440\"",
          "protocol: frames, frames: \"192.0.2.1:8442\""
        }) {
      assertThrows(UsageException.class, () -> site(target, ""), target);
    }
    Site tls = site("protocol: frames, framesTls: true, frames: \"192.0.2.1:8442\"", "");
    assertTrue(tls.framesTls());
  }

  @Test
  void aCallersTokenFileThatIsNotThereIsNamed() {
    UsageException wrong =
        assertThrows(UsageException.class, () -> site("", "callers: [{tokenFile: nowhere.token}]"));
    assertTrue(wrong.getMessage().contains("nowhere.token"), wrong::getMessage);
  }
}

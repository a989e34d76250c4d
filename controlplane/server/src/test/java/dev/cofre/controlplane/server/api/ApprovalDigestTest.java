package dev.cofre.controlplane.server.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cofre.controlplane.domain.approval.CanonicalRequest;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ApprovalDigestTest {
  private static final String BODY = "{\"name\":\"ü\"}";

  @Test
  void hasTheDigestOfTheSpecification() {
    assertEquals(
        "ecf59a3973259bde30bf3ec63c43329122bcc7676ca6cc411ca3fdeb1839d67f",
        digest("default", "security-admin", "POST", "/v1/policies", "", "\"3\"", BODY));
  }

  @Test
  void everyPartCountsAndNoneRunsIntoTheNext() {
    List<String> digests =
        List.of(
            digest("t", "r", "POST", "/a", "", "", ""),
            digest("t2", "r", "POST", "/a", "", "", ""),
            digest("t", "r2", "POST", "/a", "", "", ""),
            digest("t", "r", "PUT", "/a", "", "", ""),
            digest("t", "r", "POST", "/ab", "", "", ""),
            digest("t", "r", "POST", "/a", "b", "", ""),
            digest("t", "r", "POST", "/a", "", "b", ""),
            digest("t", "r", "POST", "/a", "", "", "b"),
            digest("tr", "", "POST", "/a", "", "", ""));
    assertEquals(digests.size(), new HashSet<>(digests).size());
    assertEquals(Set.of(64), Set.of(digests.getFirst().length()));
  }

  private static String digest(
      String tenant,
      String requester,
      String method,
      String path,
      String query,
      String ifMatch,
      String body) {
    CanonicalRequest request =
        new CanonicalRequest(method, path, query, ifMatch, body.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(ApprovalDigest.of(tenant, requester, request));
  }
}

package dev.cofre.loadtest.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link Workspace} of their own, and a {@link Cofre} that all tests share which
 * leave it as they found it.
 */
final class SystemExtension implements ParameterResolver, AfterEachCallback {
  private static final Namespace NAMESPACE = Namespace.create(SystemExtension.class);

  /** The shared planes, stopped after the last test. */
  private record Shared(Workspace workspace, Cofre cofre) implements AutoCloseable {
    static Shared start() {
      try {
        Workspace workspace = Workspace.create("shared");
        return new Shared(workspace, Cofre.start(workspace, "home"));
      } catch (Exception e) {
        throw new AssertionError("the shared planes did not start", e);
      }
    }

    @Override
    public void close() throws IOException {
      workspace.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Workspace.class || type == Cofre.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    if (parameter.getParameter().getType() == Cofre.class) {
      return context
          .getRoot()
          .getStore(NAMESPACE)
          .computeIfAbsent(Shared.class, type -> Shared.start(), Shared.class)
          .cofre();
    }
    return context
        .getStore(NAMESPACE)
        .computeIfAbsent(Workspace.class, type -> workspace(context), Workspace.class);
  }

  private static Workspace workspace(ExtensionContext context) {
    try {
      return Workspace.create(context.getRequiredTestClass().getSimpleName());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    if (context.getExecutionException().isEmpty()) {
      return;
    }
    Workspace own = context.getStore(NAMESPACE).get(Workspace.class, Workspace.class);
    if (own != null) {
      own.failed();
    }
    Shared shared = context.getRoot().getStore(NAMESPACE).get(Shared.class, Shared.class);
    if (shared != null) {
      shared.workspace().failed();
    }
  }
}

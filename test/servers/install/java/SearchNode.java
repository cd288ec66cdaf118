import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.http.HttpServerTransport;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.Plugin;

/**
 * One search node in this process: HOME, then settings as NAME=VALUE and plugins as +CLASS. Prints READY
 * and its HTTP address. Elasticsearch takes the same source with its own package name.
 */
public class SearchNode extends Node {
  SearchNode(Environment environment, List<Class<? extends Plugin>> plugins) {
    super(environment, plugins, true);
  }

  public static void main(String[] args) throws Exception {
    Path home = Path.of(args[0]).toAbsolutePath();
    for (String folder : List.of("config", "plugins", "modules")) Files.createDirectories(home.resolve(folder));
    Map<String, String> settings = new HashMap<>(Map.of(
        "path.home", home.toString(),
        "cluster.name", "test",
        "discovery.type", "single-node",
        "network.host", "127.0.0.1",
        "transport.port", "0",
        "cluster.routing.allocation.disk.threshold_enabled", "false"));
    List<Class<? extends Plugin>> plugins = new ArrayList<>();
    for (String arg : List.of(args).subList(1, args.length)) {
      if (arg.startsWith("+")) plugins.add(Class.forName(arg.substring(1)).asSubclass(Plugin.class));
      else settings.put(arg.substring(0, arg.indexOf('=')), arg.substring(arg.indexOf('=') + 1));
    }
    Environment environment = InternalSettingsPreparer.prepareEnvironment(Settings.EMPTY, settings, home.resolve("config"), () -> "n1");
    SearchNode node = new SearchNode(environment, plugins);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        node.close();
      } catch (Exception failure) {
        failure.printStackTrace();
      }
    }));
    node.start();
    System.out.println("READY " + node.injector().getInstance(HttpServerTransport.class).boundAddress().publishAddress());
    Thread.currentThread().join();
  }
}

package dev.skiff.metrics;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.Request;
import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.exporter.httpserver.HttpErrorHandlingPolicy;
import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves metrics over HTTP, at {@value #PATH}. Whoever connects, and does whatever he likes then,
 * takes one of few connections for a short time: each is for one request, and closed.
 *
 * <p>Thread: {@link #open} and {@link #close} the main thread; requests are answered on daemon
 * threads of its own.
 */
public final class MetricsServer implements Closeable {
  /** Where the metrics are. */
  public static final String PATH = "/metrics";

  /** As many threads, so that no slow client keeps another one waiting. */
  private static final int MOST_CONNECTIONS = 8;

  private static final int MOST_REQUEST_S = 5;
  private static final int MOST_RESPONSE_S = 5;
  private static final int MOST_HEADERS = 64;
  private static final int MOST_HEADER_BYTES = 16 << 10;
  private static final int IDLE_THREAD_S = 60;

  private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);

  static {
    // The JDK's server reads these once, as its class is loaded. Whoever starts Java may set them.
    setUnlessSet("jdk.httpserver.maxConnections", MOST_CONNECTIONS);
    setUnlessSet("sun.net.httpserver.maxReqTime", MOST_REQUEST_S);
    setUnlessSet("sun.net.httpserver.maxRspTime", MOST_RESPONSE_S);
    setUnlessSet("sun.net.httpserver.maxReqHeaders", MOST_HEADERS);
    setUnlessSet("sun.net.httpserver.maxReqHeaderSize", MOST_HEADER_BYTES);
  }

  private final HttpServer server;
  private final ExecutorService executor;

  private MetricsServer(HttpServer server, ExecutorService executor) {
    this.server = server;
    this.executor = executor;
  }

  private static void setUnlessSet(String property, int value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(value));
    }
  }

  /**
   * Begins to serve.
   *
   * @param address where; port 0 is any that is free
   * @throws IOException if it cannot be had: one line that says what to do
   */
  public static MetricsServer open(InetSocketAddress address, MultiCollector metrics)
      throws IOException {
    PrometheusRegistry registry = new PrometheusRegistry();
    registry.register(metrics);
    HttpServer server = bind(address);
    ThreadFactory threads = Thread.ofPlatform().daemon().name("skiff-metrics-", 1).factory();
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            0,
            MOST_CONNECTIONS,
            IDLE_THREAD_S,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            threads);
    server.setExecutor(executor);
    HttpContext all =
        server.createContext("/", new MetricsHandler(properties(), registry, errors()));
    all.getFilters().add(new OnlyMetrics());
    all.getFilters().add(Filter.adaptRequest("text alone", InText::new));
    MetricsServer opened = new MetricsServer(server, executor);
    opened.start();
    return opened;
  }

  private static HttpServer bind(InetSocketAddress address) throws IOException {
    String where = "metrics cannot be served on " + text(address);
    try {
      return HttpServer.create(address, MOST_CONNECTIONS);
    } catch (BindException e) {
      // Either EADDRINUSE or EADDRNOTAVAIL or EACCES, and the JDK has words for them alone.
      throw new IOException(
          where + ": " + e.getMessage() + "; give another address or port with --metrics", e);
    } catch (SocketException e) {
      throw new IOException(where + ": " + e.getMessage() + "; is the port below 1024?", e);
    }
  }

  /** Not the ones that the environment may have for other programs. */
  private static PrometheusProperties properties() {
    return PrometheusProperties.builder().build();
  }

  /** A client that goes away in the middle of its answer is nothing to tell of. */
  private static HttpErrorHandlingPolicy errors() {
    return HttpErrorHandlingPolicy.builder()
        .errorReporter(error -> LOG.debug("an answer to who asked for metrics failed", error))
        .build();
  }

  /** Its own thread is of the same kind as the one that starts it: a daemon, so that none stays. */
  private void start() {
    Thread starter = Thread.ofPlatform().daemon().name("skiff-metrics").start(server::start);
    boolean interrupted = false;
    while (starter.isAlive()) {
      try {
        starter.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Where it listens, the port being the one that was found if it was to be any. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  /** Whether only this machine reaches it. */
  public boolean isLoopback() {
    return address().getAddress().isLoopbackAddress();
  }

  /** What to ask for. */
  public String url() {
    return "http://" + text(address()) + PATH;
  }

  private static String text(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    String host = ip == null ? address.getHostString() : ip.getHostAddress();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
  }

  /** Stops at once: who is being answered is cut off. */
  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }

  /**
   * A request whose client has not said that it would take protobuf: the library would try, and
   * that part of it is not here. Those clients all take text too.
   */
  private record InText(Request asked) implements Request {
    private static final String ACCEPT = "Accept";

    @Override
    public URI getRequestURI() {
      return asked.getRequestURI();
    }

    @Override
    public String getRequestMethod() {
      return asked.getRequestMethod();
    }

    @Override
    public Headers getRequestHeaders() {
      Headers headers = new Headers(asked.getRequestHeaders());
      List<String> accept = headers.remove(ACCEPT);
      if (accept != null) {
        String text =
            Pattern.compile(",")
                .splitAsStream(String.join(",", accept))
                .filter(type -> !type.contains("protobuf"))
                .collect(Collectors.joining(","));
        headers.set(ACCEPT, text);
      }
      return headers;
    }
  }

  /** Lets nothing through but what the library's handler is for. */
  private static final class OnlyMetrics extends Filter {
    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
      exchange.getResponseHeaders().set("Connection", "close");
      String method = exchange.getRequestMethod();
      if (!exchange.getRequestURI().getPath().equals(PATH)) {
        refuse(exchange, 404, "There is " + PATH + " alone.\n");
      } else if (!method.equals("GET") && !method.equals("HEAD")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        refuse(exchange, 405, "Metrics are only read: GET or HEAD.\n");
      } else {
        chain.doFilter(exchange);
      }
    }

    private static void refuse(HttpExchange exchange, int code, String why) throws IOException {
      try (exchange) {
        byte[] body = why.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        boolean isHead = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(code, isHead ? -1 : body.length);
        if (!isHead) {
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        }
      }
    }

    @Override
    public String description() {
      return "metrics alone";
    }
  }
}

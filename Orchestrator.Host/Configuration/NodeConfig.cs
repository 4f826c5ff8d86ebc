namespace Orchestrator.Host.Configuration;

/// <summary>The configuration file (YAML). Names are kebab-case; unknown ones are errors, and one without a value is as if it were absent. <c>config/orchestrator.yaml</c> is a commented example.</summary>
public sealed class NodeConfig
{
    /// <summary>Name of this node's VmHost; the machine's name by default.</summary>
    public string? Host { get; set; }

    /// <summary>Where the API listens, as <c>--listen</c>.</summary>
    public List<string> Listen { get; set => field = value ?? []; } = [];

    /// <summary>The node's own directory, as <c>--data</c>.</summary>
    public string? Data { get; set; }

    /// <summary>Where jobs are kept, as <c>--store</c>.</summary>
    public string? Store { get; set; }

    /// <summary>The node's part in a cluster.</summary>
    public ClusterConfig Cluster { get; set => field = value ?? new(); } = new();

    /// <summary><c>text</c>, the default, or <c>json</c>: how the log is written to standard error, as <c>--log-format</c>.</summary>
    public string? LogFormat { get; set; }

    /// <summary>Where metrics and traces are sent.</summary>
    public TelemetryConfig Telemetry { get; set => field = value ?? new(); } = new();

    /// <summary>How much history of jobs is kept.</summary>
    public HistoryConfig History { get; set => field = value ?? new(); } = new();

    /// <summary>How much of the event log is kept.</summary>
    public EventsConfig Events { get; set => field = value ?? new(); } = new();

    /// <summary>How VMs are migrated.</summary>
    public MigrationConfig Migration { get; set => field = value ?? new(); } = new();

    /// <summary>The VMs' QMP endpoint.</summary>
    public EndpointConfig Endpoint { get; set => field = value ?? new(); } = new();

    /// <summary>Schema files of the user's own agents; a directory stands for every <c>*.json</c> in it. Relative to the configuration file.</summary>
    public List<string> Schemas { get; set => field = value ?? []; } = [];

    /// <summary>Controllers: those that came with the program, and the user's own.</summary>
    public List<ControllerConfig> Controllers { get; set => field = value ?? []; } = [];

    /// <summary>Directories to watch, as <c>--vm-dir</c>.</summary>
    public List<string> VmDirs { get; set => field = value ?? []; } = [];

    /// <summary>Layouts of other managers: a VM for every path that fits.</summary>
    public List<PatternConfig> Patterns { get; set => field = value ?? []; } = [];

    /// <summary>VMs by name.</summary>
    public List<VmConfig> Vms { get; set => field = value ?? []; } = [];

    /// <summary>Remote VmHosts by name: VMs whose monitors are reached over TLS or TCP. In a cluster, one of the nodes that list one has it.</summary>
    public Dictionary<string, RemoteHostConfig> RemoteHosts { get; set => field = value ?? []; } = [];

    /// <summary>Labels for VMs from any source: by name, where <c>*</c> and <c>?</c> stand for any characters.</summary>
    public Dictionary<string, Dictionary<string, string>> Labels { get; set => field = value ?? []; } = [];
}

/// <summary>The VMs' QMP endpoint.</summary>
public sealed class EndpointConfig
{
    /// <summary>Whether every VM gets a QMP socket; true by default.</summary>
    public bool Sockets { get; set; } = true;

    /// <summary>Commands that clients may send although the policy denies them.</summary>
    public List<string> Allow { get; set => field = value ?? []; } = [];
}

/// <summary>A layout: <c>{name}</c> stands for the VM's name, once in each path.</summary>
public sealed class PatternConfig
{
    /// <summary>Path of the QMP socket, e.g. <c>/run/vms/{name}.qmp</c>.</summary>
    public string Qmp { get; set => field = value ?? ""; } = "";

    /// <summary>Path of the agent's socket; none by default.</summary>
    public string? Agent { get; set; }

    /// <summary>Labels of every VM found.</summary>
    public Dictionary<string, string> Labels { get; set => field = value ?? []; } = [];
}

/// <summary>A VM named explicitly.</summary>
public sealed class VmConfig
{
    /// <summary>Name, unique on the VmHost.</summary>
    public string Name { get; set => field = value ?? ""; } = "";

    /// <summary>QMP monitor: a path, <c>unix:PATH</c>, <c>tcp:HOST:PORT</c> or <c>tls:HOST:PORT</c>.</summary>
    public string Qmp { get; set => field = value ?? ""; } = "";

    /// <summary>Agent channel, in the same forms; none by default.</summary>
    public string? Agent { get; set; }

    /// <summary>Certificates for <c>tls:</c>.</summary>
    public TlsConfig? Tls { get; set; }

    /// <summary>Labels.</summary>
    public Dictionary<string, string> Labels { get; set => field = value ?? []; } = [];
}

/// <summary>Certificates for TLS endpoints: PEM files.</summary>
public sealed class TlsConfig
{
    /// <summary>Authority of the server's certificate; the system's by default.</summary>
    public string? Authority { get; set; }

    /// <summary>Client certificate.</summary>
    public string? Certificate { get; set; }

    /// <summary>Its key; in the same file by default.</summary>
    public string? Key { get; set; }

    /// <summary>Name in the server's certificate; the endpoint's host by default.</summary>
    public string? ServerName { get; set; }
}

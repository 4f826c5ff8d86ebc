using System.Text;
using System.Text.Json;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Freezing;

namespace Orchestrator.Actors.Tests.Freezing;

public sealed class SnapshotPlanTests
{
    private const string Drive = """{"device":"virtio0","removable":false,"inserted":{"ro":false,"file":"/vm/web1/data.img","node-name":"#block120","image":{"filename":"/vm/web1/data.img"}}}""";
    private const string Node = """{"device":"","qdev":"/machine/peripheral/disk1/virtio-backend","inserted":{"ro":false,"file":"/vm/web1/root.qcow2","node-name":"root","image":{"filename":"/vm/web1/root.qcow2","backing-image":{"filename":"/vm/base.qcow2"}}}}""";
    private const string ReadOnly = """{"device":"cd","removable":false,"inserted":{"ro":true,"file":"/vm/seed.iso","node-name":"seed"}}""";
    private const string Empty = """{"device":"ide1-cd0","removable":true}""";
    private const string Floppy = """{"device":"floppy0","removable":true,"inserted":{"ro":false,"file":"/vm/floppy.img","node-name":"floppy"}}""";
    private const string Flash = """{"device":"pflash1","removable":false,"inserted":{"ro":false,"file":"/vm/vars.fd","node-name":"vars"}}""";

    [Fact]
    public void Every_writable_disk_goes_into_one_transaction()
    {
        var plan = Plan($"[{Drive},{Node},{ReadOnly},{Empty},{Floppy},{Flash}]");

        Assert.Equal(
            [new DiskFile("virtio0", "/vm/web1/data.img", "/vm/web1/web1.virtio0.nightly.qcow2"), new DiskFile("root", "/vm/web1/root.qcow2", "/vm/web1/web1.root.nightly.qcow2")],
            plan.Files);
        Assert.Equal("transaction", plan.Transaction!.Name);
        Assert.Equal(
            """{"actions":[{"type":"blockdev-snapshot-sync","data":{"snapshot-file":"/vm/web1/web1.virtio0.nightly.qcow2","format":"qcow2","mode":"absolute-paths","device":"virtio0"}},"""
            + """{"type":"blockdev-snapshot-sync","data":{"snapshot-file":"/vm/web1/web1.root.nightly.qcow2","format":"qcow2","mode":"absolute-paths","node-name":"root","snapshot-node-name":"snap1-nightly"}}]}""",
            Compact(plan.Transaction));
    }

    [Fact]
    public void A_directory_takes_all_of_them()
    {
        Assert.Equal("/backup/web1.virtio0.nightly.qcow2", Assert.Single(Plan($"[{Drive}]", directory: "/backup").Files).Overlay);
        Assert.Equal("/vm/web1/w_b_1.virtio0.nightly.qcow2", Assert.Single(Plan($"[{Drive}]", vm: "w/b 1").Files).Overlay);
    }

    [Fact]
    public void A_file_that_is_there_is_not_overwritten()
    {
        Assert.Contains("choose another name", Plan($"[{Drive}]", exists: path => path == "/vm/web1/web1.virtio0.nightly.qcow2").Trouble);
        var chain = Drive.Replace("\"image\":{\"filename\":\"/vm/web1/data.img\"}", "\"image\":{\"filename\":\"/x\",\"backing-image\":{\"filename\":\"/vm/web1/web1.virtio0.nightly.qcow2\"}}", StringComparison.Ordinal);
        Assert.Contains("choose another name", Plan($"[{chain}]").Trouble);
        Assert.Contains("exists", Plan($"[{Drive},{Drive}]").Trouble);
    }

    [Fact]
    public void A_disk_that_is_no_local_file_needs_a_directory()
    {
        var remote = Drive.Replace("/vm/web1/data.img", "nbd://server:10809/export", StringComparison.Ordinal);

        Assert.Contains("--dir", Plan($"[{remote}]").Trouble);
        Assert.Null(Plan($"[{remote}]", directory: "/backup").Trouble);
    }

    [Fact]
    public void A_VM_without_a_disk_has_no_plan_and_no_trouble()
    {
        var plan = Plan($"[{ReadOnly},{Empty}]");

        Assert.Equal((0, null, null), (plan.Files.Count, plan.Transaction, plan.Trouble));
    }

    [Fact]
    public void A_nodes_name_is_no_longer_than_QEMU_takes()
    {
        var plan = Plan($"[{Node}]", name: new string('x', 64));

        Assert.Equal(31, JsonElement.Parse(plan.Transaction!.Arguments.Span).GetProperty("actions")[0].GetProperty("data").GetProperty("snapshot-node-name").GetString()!.Length);
    }

    private static string Compact(Protocol.Commands.EncodedCommand command) => JsonElement.Parse(command.Arguments.Span).GetRawText().Replace(" ", "", StringComparison.Ordinal);

    private static SnapshotPlan Plan(string queryBlock, string vm = "web1", string name = "nightly", string? directory = null, Predicate<string>? exists = null)
    {
        Assert.True(TargetSelector.TryParse("*", out var target, out _));
        return SnapshotPlan.Of(Encoding.UTF8.GetBytes(queryBlock), vm, name, directory, exists ?? (_ => false));
    }
}

using System.Text;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qapi.Introspection;

namespace Orchestrator.Protocol.Tests.Qapi.Introspection;

/// <summary>Answers to <c>query-qmp-schema</c>, in the form of QEMU's.</summary>
internal static class Introspections
{
    /// <summary>Every construct once; type 4 leads back to itself, and the numbers have gaps, as a build's conditions leave them.</summary>
    public const string Small = """
        [{"name":"str","meta-type":"builtin","json-type":"string"},
         {"name":"int","meta-type":"builtin","json-type":"int"},
         {"name":"bool","meta-type":"builtin","json-type":"boolean"},
         {"name":"any","meta-type":"builtin","json-type":"value"},
         {"name":"query-status","meta-type":"command","arg-type":"0","ret-type":"1"},
         {"name":"stop","meta-type":"command","arg-type":"0","ret-type":"0","features":["deprecated"]},
         {"name":"blockdev-add","meta-type":"command","arg-type":"4","ret-type":"0"},
         {"name":"device_add","meta-type":"command","arg-type":"8","ret-type":"0"},
         {"name":"yank","meta-type":"command","arg-type":"10","ret-type":"[str]","allow-oob":true},
         {"name":"STOP","meta-type":"event","arg-type":"0"},
         {"name":"GUEST_PANICKED","meta-type":"event","arg-type":"11","features":["unstable"]},
         {"name":"12","meta-type":"object","members":[]},
         {"name":"0","meta-type":"object","members":[]},
         {"name":"1","meta-type":"object","members":[{"name":"running","type":"bool"},{"name":"status","type":"2"}]},
         {"name":"2","meta-type":"enum","members":[{"name":"paused"},{"name":"running","features":["unstable"]}],"values":["paused","running"]},
         {"name":"3","meta-type":"enum","values":["file","raw","null-co"]},
         {"name":"4","meta-type":"object","features":["dynamic"],"members":[{"name":"driver","type":"3"},{"name":"size","type":"int","default":null}],"tag":"driver",
          "variants":[{"case":"file","type":"5"},{"case":"raw","type":"6"},{"case":"null-co","type":"0"}]},
         {"name":"5","meta-type":"object","members":[{"name":"filename","type":"str"},{"name":"aio","type":"str","default":null,"features":["unstable"]}]},
         {"name":"6","meta-type":"object","members":[{"name":"file","type":"7"}]},
         {"name":"7","meta-type":"alternate","members":[{"type":"4"},{"type":"str"}]},
         {"name":"8","meta-type":"object","members":[{"name":"driver","type":"str"},{"name":"id","type":"str","default":null}]},
         {"name":"[str]","meta-type":"array","element-type":"str"},
         {"name":"[4]","meta-type":"array","element-type":"4"},
         {"name":"10","meta-type":"object","members":[{"name":"instances","type":"[4]"}]},
         {"name":"11","meta-type":"object","members":[{"name":"info","type":"any","default":null}]}]
        """;

    public static QapiSchema Read(string json) => QapiIntrospection.Read(Encoding.UTF8.GetBytes(json));

    public static string Refusal(string json) => Assert.Throws<QapiIntrospectionException>(() => Read(json)).Message;
}

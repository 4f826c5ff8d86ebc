using System.Text;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

public class KeyValueArgumentsTests
{
    private static readonly QapiSchema Custom = MemorySource.Parse(
        """
        { 'struct': 'Inner', 'data': { 'n': 'uint8', '*list': [ 'int' ] } }
        { 'command': 'c', 'data': { '*inner': 'Inner', '*__com.example_x': 'str', '*any': 'any', '*num': 'number', '*flags': [ 'bool' ] } }
        """);

    private static string Of(string command, params string[] pairs) =>
        Encoding.UTF8.GetString(QapiArguments.FromKeyValues((Custom.Commands.GetValueOrDefault(command) ?? GuestNamespace.BuiltIn.Schema.Commands[command]), pairs));

    [Theory]
    [InlineData("guest-ping", "{}")]
    [InlineData("guest-file-open", """{"path":"/a=b","mode":"r"}""", "path=/a=b", "mode=r")]
    [InlineData("guest-file-open", """{"path":"123"}""", "path=123")]
    [InlineData("guest-file-open", """{"path":"say \"hi\""}""", "path=say \"hi\"")]
    [InlineData("guest-file-open", """{"path":"é"}""", "path:=\"\\u00e9\"")]
    [InlineData("guest-file-read", """{"handle":1000,"count":4096}""", "handle=1000", "count=4096")]
    [InlineData("guest-exec", """{"path":"sh","arg":["-c","true"],"capture-output":true}""", "path=sh", "arg=-c", "arg=true", "capture-output=true")]
    [InlineData("guest-exec", """{"path":"sh","arg":["a","b"],"capture-output":"stderr"}""", "path=sh", "arg=[\"a\",\"b\"]", "capture-output=stderr")]
    [InlineData("guest-exec", """{"path":"sh","arg":["[x"]}""", "path=sh", "arg:=[\"[x\"]")]
    [InlineData("guest-file-seek", """{"handle":1,"offset":0,"whence":"cur"}""", "handle=1", "offset=0", "whence=cur")]
    [InlineData("guest-file-seek", """{"handle":1,"offset":0,"whence":1}""", "handle=1", "offset=0", "whence=1")]
    [InlineData("guest-set-vcpus", """{"vcpus":[{"logical-id":1,"online":true}]}""", "vcpus=[{\"logical-id\":1,\"online\":true}]")]
    [InlineData("c", """{"inner":{"n":1,"list":[1,2]}}""", "inner.n=1", "inner.list=1", "inner.list=2")]
    [InlineData("c", """{"__com.example_x":"v"}""", "__com.example_x=v")]
    [InlineData("c", """{"any":"plain text"}""", "any=plain text")]
    [InlineData("c", """{"any":{"a":1},"num":1.5,"flags":[true,false]}""", "any={\"a\":1}", "num=1.5", "flags=true", "flags=false")]
    public void Pairs_are_read_by_the_type_of_the_argument(string command, string expected, params string[] pairs) =>
        Assert.Equal(expected, Of(command, pairs));

    [Theory]
    [InlineData("guest-file-open", "arguments", "path")]
    [InlineData("guest-file-open", "arguments", "=x")]
    [InlineData("guest-file-open", "arguments.path", "path=a", "path=b")]
    [InlineData("guest-file-open", "arguments.path", "path:=a")]
    [InlineData("guest-file-open", "arguments", "path=a", "mod=r")]
    [InlineData("guest-file-read", "arguments.handle", "handle=one")]
    [InlineData("guest-file-read", "arguments.handle", "handle=1.5")]
    [InlineData("guest-file-read", "arguments.handle", "handle=true")]
    [InlineData("guest-exec", "arguments.arg", "path=p", "arg=a", "arg=[\"b\"]")]
    [InlineData("guest-exec", "arguments.capture-output", "path=p", "capture-output=perhaps")]
    [InlineData("guest-set-vcpus", "arguments.vcpus", "vcpus=1", "vcpus=[]")]
    [InlineData("c", "arguments.inner.n", "inner.n=256")]
    [InlineData("c", "arguments.inner.n", "inner={\"n\":1}", "inner.n=1")]
    [InlineData("c", "arguments.inner", "inner.m=1")]
    public void Pair_that_does_not_fit_is_refused_at_its_argument(string command, string path, params string[] pairs) =>
        Assert.Equal(path, Assert.Throws<QapiValidationException>(() => Of(command, pairs)).Path);
}

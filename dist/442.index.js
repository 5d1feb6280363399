export const id=442,ids=[442],modules={4442:(module=>{module.exports=eval("require")("kerberos")})};

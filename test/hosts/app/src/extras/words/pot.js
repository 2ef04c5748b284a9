export default 'pot';
